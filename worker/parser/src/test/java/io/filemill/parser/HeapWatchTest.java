package io.filemill.parser;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HeapWatchTest {
    private final AtomicInteger ends = new AtomicInteger();
    private final HeapWatch watch = new HeapWatch(ends::incrementAndGet);

    @Test
    void endsAProcessThatDoesNothingButCollectGarbage() {
        watch.observe(0, 0);
        watch.observe(1_950, 2_000);
        watch.observe(3_900, 4_000);
        assertThat(ends).hasValue(0);

        watch.observe(5_850, 6_000);
        assertThat(ends).hasValue(1);
    }

    @Test
    void sparesAProcessThatStillGetsOn() {
        watch.observe(0, 0);
        for (var period = 1; period <= 10; period++) {
            watch.observe(period * 1_500L, period * 2_000L);
        }

        assertThat(ends).hasValue(0);
    }

    @Test
    void aPauseBetweenHopelessPeriodsStartsOver() {
        watch.observe(0, 0);
        watch.observe(1_950, 2_000);
        watch.observe(3_900, 4_000);
        watch.observe(4_000, 6_000);
        watch.observe(5_950, 8_000);

        assertThat(ends).hasValue(0);
    }
}
