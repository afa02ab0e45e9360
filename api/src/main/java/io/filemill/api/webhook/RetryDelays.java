package io.filemill.api.webhook;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long a delivery waits after a failure: at random between half and the whole of a time that doubles with each one. */
final class RetryDelays {
    private static final int MAX_DOUBLINGS = 30;

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
        double doubled = first.toMillis() * (double) (1L << Math.min(failures, MAX_DOUBLINGS));
        double whole = Math.min(doubled, longest.toMillis());
        return Duration.ofMillis((long) (whole * (0.5 + random.nextDouble() / 2)));
    }
}
