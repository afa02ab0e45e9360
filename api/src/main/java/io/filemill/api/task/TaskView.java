package io.filemill.api.task;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.task.UploadTask;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The JSON of a task.
 *
 * @param preparing whether a node still lists files of it, so that {@code totalFiles} grows
 * @param ignoredFiles how many entries that listing left out on purpose; absent if all was listed when the task was accepted
 * @param ignored the first of them, with the reasons
 * @param outcome {@code success}, {@code partial}, {@code failed} or {@code cancelled}; null until it has ended
 * @param paused whether no file of it may start
 * @param pausedBy what was paused: {@code task}, {@code user}, {@code processor} or {@code cluster}
 * @param durationSeconds from its creation to its end, or until now
 */
record TaskView(
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
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long ignoredFiles,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable JsonNode ignored,
        Instant createdAt,
        @Nullable Instant startedAt,
        Instant updatedAt,
        @Nullable Instant finishedAt,
        double durationSeconds) {

    static TaskView of(UploadTask task, Instant now) {
        return new TaskView(
                task.id(),
                task.processor(),
                task.settings(),
                task.priority(),
                task.notBefore(),
                task.pausedBy() != null,
                task.pausedBy(),
                task.limits().timeoutSeconds(),
                task.limits().stallTimeoutSeconds(),
                task.limits().maxAttempts(),
                task.status(),
                task.outcome(),
                task.error(),
                task.totalFiles(),
                task.processedFiles(),
                task.successfulFiles(),
                task.failedFiles(),
                task.skippedFiles(),
                task.runningFiles(),
                task.pendingFiles(),
                task.duplicatesIgnored(),
                task.preparing(),
                task.ignoredFiles(),
                task.ignored(),
                task.createdAt(),
                task.startedAt(),
                task.updatedAt(),
                task.finishedAt(),
                seconds(task.createdAt(), task.finishedAt() == null ? now : task.finishedAt()));
    }

    /** Never negative, since this machine's clock may be behind that of the database. */
    static double seconds(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toMillis()) / 1000.0;
    }
}
