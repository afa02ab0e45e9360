package io.filemill.e2e.chaos;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets time pass. */
final class Pause {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private Pause() {}

    static void of(Duration duration) throws InterruptedException {
        boolean ignored = NEVER.await(duration.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A random duration between two numbers of milliseconds. */
    static Duration between(SplittableRandom random, int shortest, int longest) {
        return Duration.ofMillis(random.nextInt(shortest, longest + 1));
    }
}
