package io.filemill.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One file of a task as the server showed it at one instant.
 *
 * @param item what identifies the file in its task: a path, a name, or any string that its processor understands
 * @param result what the processor said of it
 * @param error a sentence for people; null unless it failed, as are all of {@code error…}
 * @param errorCode a word for programs, such as {@code CORRUPT}
 * @param errorRetryable whether the same file may succeed without a change to it
 * @param errorActionableBy {@code USER_ACTIONABLE}, {@code ADMIN_ACTIONABLE} or {@code RETRYABLE}
 * @param attempts the attempts before the current or last one; null in lists
 */
public record TaskFile(
        long fileId,
        String item,
        String filename,
        @Nullable Long sizeBytes,
        @Nullable String sha256,
        TaskStatus status,
        @Nullable JsonNode result,
        @Nullable String error,
        @Nullable String errorCode,
        @Nullable String errorComponent,
        @Nullable String errorPhase,
        @Nullable Boolean errorRetryable,
        @Nullable String errorActionableBy,
        int attempt,
        int retryCount,
        int failureCount,
        int crashCount,
        @Nullable String node,
        Instant createdAt,
        @Nullable Instant startedAt,
        Instant updatedAt,
        @Nullable Instant finishedAt,
        @Nullable Double durationSeconds,
        @Nullable List<Attempt> attempts) {

    /**
     * A run that was followed by another one.
     *
     * @param ended {@code failed}, {@code postponed}, {@code released}, {@code crashed} or {@code cancelled}
     */
    public record Attempt(
            int attempt,
            String ended,
            @Nullable String node,
            @Nullable Instant startedAt,
            Instant endedAt,
            @Nullable String error,
            @Nullable String errorCode) {}
}
