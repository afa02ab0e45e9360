package io.filemill.db.queue;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A limit, or a pause, of one user, processor or sink, or of the cluster. Null stands for what the name {@code *} says, and there for no
 * limit.
 *
 * @param name {@code *} for each one that has no limit of its own
 * @param paused whether nothing that it applies to starts; what runs goes on
 * @param maxRunning how many files may be dispatched or running at the same time
 * @param ratePerSecond how many files, or permits of a sink, per second on average
 * @param burst how many of them may come at once after a pause; null for a quarter of a second's worth
 * @param maxQueuedFiles how many files may be in the queue that have not ended
 * @param maxQueuedBytes how many uploaded bytes may be stored for tasks that have not ended
 */
public record QueueLimit(
        LimitScope scope,
        String name,
        boolean paused,
        @Nullable Integer maxRunning,
        @Nullable Double ratePerSecond,
        @Nullable Double burst,
        @Nullable Long maxQueuedFiles,
        @Nullable Long maxQueuedBytes,
        Instant updatedAt) {
    /** The name that stands for each one. */
    public static final String EACH = "*";

    /** The limits without the pause and the time, for writing them. */
    public record Values(
            @Nullable Integer maxRunning,
            @Nullable Double ratePerSecond,
            @Nullable Double burst,
            @Nullable Long maxQueuedFiles,
            @Nullable Long maxQueuedBytes) {
        /** No limit. */
        public static final Values NONE = new Values(null, null, null, null, null);
    }
}
