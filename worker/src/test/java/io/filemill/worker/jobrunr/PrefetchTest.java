package io.filemill.worker.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PrefetchTest {
    private long now;
    private final Prefetch prefetch = new Prefetch(8, () -> now);

    private int afterASecondWith(int ends) {
        for (int i = 0; i < ends; i++) {
            prefetch.jobEnded();
        }
        now += Duration.ofSeconds(1).toNanos();
        return prefetch.most();
    }

    @Test
    void holdsNothingInAdvanceAtTheStart() {
        assertThat(prefetch.most()).isZero();
    }

    @Test
    void holdsNothingInAdvanceWhileFilesTakeLong() {
        assertThat(afterASecondWith(8)).isZero();
        assertThat(afterASecondWith(32)).isZero();
    }

    @Test
    void holdsWhatEndsInAQuarterOfASecondBeyondTheSlots() {
        assertThat(afterASecondWith(400)).isEqualTo(92);
    }

    @Test
    void holdsNoMoreThanItsLimit() {
        assertThat(afterASecondWith(100_000)).isEqualTo(Prefetch.LIMIT);
    }

    @Test
    void letsGoWhenNothingEndsAnyMore() {
        assertThat(afterASecondWith(400)).isPositive();
        assertThat(afterASecondWith(0)).isZero();
    }

    @Test
    void keepsItsNumberBetweenTwoLooks() {
        int most = afterASecondWith(400);
        now += Duration.ofMillis(10).toNanos();

        assertThat(prefetch.most()).isEqualTo(most);
    }
}
