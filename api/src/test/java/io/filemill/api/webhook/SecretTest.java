package io.filemill.api.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.api.problem.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTest {
    /** The value was computed with OpenSSL. */
    @Test
    void signsIdTimeAndBody() {
        Secret secret = Secret.parse("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");

        assertThat(secret.sign(
                        UUID.fromString("3f2c1f52-7c5d-4c8e-9a55-0d9b1f6f6a01"),
                        Instant.ofEpochSecond(1700000000),
                        "{\"type\":\"ping\"}"))
                .isEqualTo("v1,YSNzNNLVNa/YcO6Teb4GSAPGcbmuv8IkHuL5xWXclXo=");
    }

    @Test
    void randomSecretsCanBeReadAgainAndDiffer() {
        Secret one = Secret.random();

        assertThat(Secret.parse(one.text()).text()).isEqualTo(one.text());
        assertThat(Secret.random().text()).isNotEqualTo(one.text());
        assertThat(one).asString().doesNotContain(one.text().substring(6));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "whsec_",
                "whsec_c2hvcnQ=",
                "whsec_!!!!",
                "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
            })
    void refusesWhatIsNoSecret(String text) {
        assertThatThrownBy(() -> Secret.parse(text)).isInstanceOf(ProblemException.class);
    }

    @Test
    void delaysDoubleUpToTheLongest() {
        var delays = new RetryDelays(Duration.ofSeconds(5), Duration.ofHours(1), new Random(1));

        for (int failures = 0; failures < 100; failures++) {
            Duration whole = failures < 10 ? Duration.ofSeconds(5L << failures) : Duration.ofHours(1);
            Duration limit = whole.compareTo(Duration.ofHours(1)) < 0 ? whole : Duration.ofHours(1);
            assertThat(delays.after(failures)).isBetween(limit.dividedBy(2), limit);
        }
    }
}
