package io.filemill.client;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A limit or a pause that is set. What is null is not limited.
 *
 * @param scope {@code cluster}, {@code user}, {@code processor} or {@code sink}
 * @param name {@code *} for each that has no limit of its own, and for the cluster
 */
public record Limit(
        String scope,
        String name,
        boolean paused,
        @Nullable Integer maxRunning,
        @Nullable Double ratePerSecond,
        @Nullable Double burst,
        @Nullable Long maxQueuedFiles,
        @Nullable Long maxQueuedBytes,
        Instant updatedAt) {

    /** What a limit is for. */
    public enum Scope {
        CLUSTER,
        USER,
        PROCESSOR,
        SINK;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What to limit; null for no limit.
     *
     * @param maxRunning files at the same time, of users and processors
     * @param ratePerSecond files, or calls of a sink, on average
     * @param burst how many at once after a pause
     * @param maxQueuedFiles files that have not ended, of users and the cluster
     * @param maxQueuedBytes uploaded bytes of tasks that have not ended, of users and the cluster
     */
    public record Values(
            @Nullable Integer maxRunning,
            @Nullable Double ratePerSecond,
            @Nullable Double burst,
            @Nullable Long maxQueuedFiles,
            @Nullable Long maxQueuedBytes) {
        /** So many files at the same time. */
        public static Values maxRunning(int files) {
            return new Values(files, null, null, null, null);
        }
    }
}
