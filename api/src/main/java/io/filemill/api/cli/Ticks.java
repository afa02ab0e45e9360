package io.filemill.api.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Time that passes, as a command waits for it; replaced by a test. */
interface Ticks {
    /** Nanoseconds since some fixed moment. */
    long nanoTime();

    /** Returns after the given time. */
    void pause(Duration duration) throws InterruptedException;

    /** Real time. */
    static Ticks real() {
        return new Ticks() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public void pause(Duration duration) throws InterruptedException {
                boolean woken = new CountDownLatch(1).await(duration.toNanos(), TimeUnit.NANOSECONDS);
                assert !woken;
            }
        };
    }
}
