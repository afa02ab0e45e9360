package io.filemill.worker.file;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long a file waits after a failed attempt: a random time between zero and a bound that doubles with each retry up to a cap. The
 * randomness keeps files that failed together from coming back together.
 */
final class RetryBackoff {
    private static final Duration FIRST_BOUND = Duration.ofSeconds(2);
    private static final Duration CAP = Duration.ofSeconds(60);
    private static final int DOUBLINGS_TO_CAP = 5;

    private final RandomGenerator random;

    RetryBackoff(RandomGenerator random) {
        this.random = random;
    }

    /**
     * @param retryCount how many retries there have been
     */
    Duration delay(int retryCount) {
        Duration bound = FIRST_BOUND.multipliedBy(1L << Math.min(retryCount, DOUBLINGS_TO_CAP));
        long longest = Math.min(bound.toMillis(), CAP.toMillis());
        return Duration.ofMillis(random.nextLong(longest + 1));
    }
}
