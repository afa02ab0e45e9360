package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How fast a body must come, so that nobody keeps a thread for hours with a few bytes. Only the time spent waiting for the client counts,
 * not that of the disk.
 *
 * @param minBytesPerSecond on average; 0 for any
 * @param nanoTime a clock that only goes forward
 */
record Pace(int minBytesPerSecond, LongSupplier nanoTime) {
    /** How long a body may come as slowly as it likes. */
    static final Duration GRACE = Duration.ofSeconds(30);

    static final Pace ANY = new Pace(0, System::nanoTime);

    static Pace atLeast(int bytesPerSecond) {
        return new Pace(bytesPerSecond, System::nanoTime);
    }

    /** @throws ProblemException if so many bytes in that time are too few */
    void require(long bytes, long waitedNanos) {
        if (waitedNanos > GRACE.toNanos() && bytes < minBytesPerSecond * (waitedNanos / 1_000_000_000)) {
            throw new ProblemException(
                    ProblemType.TOO_SLOW,
                    "Only " + bytes + " bytes came in " + waitedNanos / 1_000_000_000 + " seconds, but at least "
                            + minBytesPerSecond
                            + " a second must come. Nothing was kept; send it over a faster connection.");
        }
    }
}
