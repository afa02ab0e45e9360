package io.filemill.api.openrag;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EpochSecondsTest {
    @ParameterizedTest
    @CsvSource({
        "2025-10-31T12:00:00Z, 1761912000.0",
        "2025-10-31T12:00:00.5Z, 1761912000.5",
        "2025-10-31T12:00:00.123456Z, 1761912000.123456",
        "2025-10-31T12:00:10.000001Z, 1761912010.000001",
        "1970-01-01T00:00:00Z, 0.0"
    })
    void looksLikeAFloatOfPython(Instant time, String expected) {
        assertThat(EpochSeconds.of(time)).hasToString(expected);
        assertThat(EpochSeconds.between(Instant.EPOCH, time)).hasToString(expected);
    }
}
