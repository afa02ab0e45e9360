package io.filemill.client;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An upload task as the server showed it at one instant.
 *
 * @param outcome {@code success}, {@code partial}, {@code failed} or {@code cancelled}; null until the task has ended
 * @param totalFiles may still grow while {@code preparing}
 * @param processedFiles always {@code successful + failed + skipped}
 * @param preparing whether a node lists more files of it
 * @param pausedBy {@code task}, {@code user}, {@code processor} or {@code cluster}; null if nothing keeps its files from starting
 * @param durationSeconds from its creation to its end, or until the answer
 */
public record Task(
        UUID taskId,
        String processor,
        JsonNode settings,
        int priority,
        @Nullable Instant notBefore,
        boolean paused,
        @Nullable String pausedBy,
        @Nullable Integer timeoutSeconds,
        @Nullable Integer stallTimeoutSeconds,
        @Nullable Integer maxAttempts,
        TaskStatus status,
        @Nullable String outcome,
        @Nullable String error,
        int totalFiles,
        int processedFiles,
        int successfulFiles,
        int failedFiles,
        int skippedFiles,
        int runningFiles,
        int pendingFiles,
        int duplicatesIgnored,
        boolean preparing,
        Instant createdAt,
        @Nullable Instant startedAt,
        Instant updatedAt,
        @Nullable Instant finishedAt,
        double durationSeconds) {

    /** Whether it has ended. */
    public boolean isFinished() {
        return status.isFinal();
    }

    /** Whether it has ended and no file failed. */
    public boolean isSuccess() {
        return "success".equals(outcome);
    }
}
