package io.filemill.api.openrag;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as Python's floats look in JSON: seconds with up to six decimals, at least one, and never an exponent. */
final class EpochSeconds {
    private EpochSeconds() {}

    static BigDecimal of(Instant time) {
        return ofMicros(ChronoUnit.MICROS.between(Instant.EPOCH, time));
    }

    static BigDecimal between(Instant from, Instant to) {
        return ofMicros(Duration.between(from, to).toNanos() / 1000);
    }

    private static BigDecimal ofMicros(long micros) {
        BigDecimal seconds = BigDecimal.valueOf(micros, 6).stripTrailingZeros();
        return seconds.setScale(Math.max(1, seconds.scale()));
    }
}
