package io.filemill.client;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before a request is sent again: as long as the server asks for, else at random within a span that doubles. */
final class Backoff {
    private static final long FIRST_MILLIS = 200;
    private static final long LONGEST_MILLIS = 10_000;
    private static final int MOST_DOUBLINGS = 10;

    private Backoff() {}

    static Duration pause(int failures, Optional<Duration> retryAfter) {
        long span = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(failures, MOST_DOUBLINGS));
        long random = ThreadLocalRandom.current().nextLong(1, span + 1);
        return retryAfter
                .map(asked -> asked.plusMillis(Math.min(random, FIRST_MILLIS))) // so that not all come at once
                .orElse(Duration.ofMillis(random));
    }
}
