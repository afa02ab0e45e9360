package io.filemill.api.webhook;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long a delivery waits after a failure: at random between half and the whole of a time that doubles with each one. */
final class RetryDelays {
    private static final int MAX_DOUBLINGS = 20;

    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;

    RetryDelays(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
    }

    /**
     * @param failures those before this one
     */
    Duration after(int failures) {
        long whole = Math.min(first.toMillis() << Math.min(failures, MAX_DOUBLINGS), longest.toMillis());
        return Duration.ofMillis(whole - random.nextLong(whole / 2 + 1));
    }
}
