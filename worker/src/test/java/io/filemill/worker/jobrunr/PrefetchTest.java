package io.filemill.worker.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PrefetchTest {
    private long now;
    private final Prefetch prefetch = new Prefetch(8, () -> now);

    private int afterASecondWith(int ends) {
        return after(Duration.ofSeconds(1), ends);
    }

    private int after(Duration time, int ends) {
        for (int i = 0; i < ends; i++) {
            prefetch.jobEnded();
        }
        now += time.toNanos();
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
    void doesNotTakeLongFilesThatEndTogetherForShortOnes() {
        assertThat(after(Duration.ofMillis(50), 8)).isZero();
        assertThat(after(Duration.ofMillis(50), 40)).isPositive();
    }

    @Test
    void holdsWhatEndsInAQuarterOfASecondBeyondTheSlots() {
        assertThat(afterASecondWith(400)).isEqualTo(90);
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
