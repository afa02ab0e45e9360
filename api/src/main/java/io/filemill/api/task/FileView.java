package io.filemill.api.task;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.filemill.db.failure.ActionableBy;
import io.filemill.db.failure.Component;
import io.filemill.db.failure.Failure;
import io.filemill.db.failure.Phase;
import io.filemill.db.task.FileAttempt;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.TaskStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The JSON of one file of a task.
 *
 * @param fileId never used again
 * @param item as it was submitted: a path, a name or a key; unique in its task
 * @param sizeBytes null where the file is not stored here
 * @param result what the processor says of it; null until it has ended
 * @param error what is wrong and what to do, of the last attempt that failed
 * @param errorCode a stable word for programs, for example {@code ENCRYPTED}
 * @param errorComponent the part that failed
 * @param errorPhase what was being done
 * @param errorRetryable whether the same file may succeed without a change to it
 * @param errorActionableBy who can do something about it
 * @param attempt the number of the current or last attempt
 * @param retryCount failed attempts that were followed by another one
 * @param crashCount times that its process died
 * @param node the name of the node that runs or ran it
 * @param failureCount failed attempts since it was submitted or a user last asked for a retry
 * @param attempts the attempts before the current or last one; absent in lists
 * @param durationSeconds from the start of its current attempt to its end, or until now; null while it waits
 */
record FileView(
        long fileId,
        String item,
        String filename,
        @Nullable Long sizeBytes,
        @Nullable String sha256,
        TaskStatus status,
        @Nullable JsonNode result,
        @Nullable String error,
        @Nullable String errorCode,
        @Nullable Component errorComponent,
        @Nullable Phase errorPhase,
        @Nullable Boolean errorRetryable,
        @Nullable ActionableBy errorActionableBy,
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
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<AttemptView> attempts) {

    /** A run that was followed by another one. */
    record AttemptView(
            int attempt,
            String ended,
            @Nullable String node,
            @Nullable Instant startedAt,
            Instant endedAt,
            @Nullable String error,
            @Nullable String errorCode,
            @Nullable Component errorComponent,
            @Nullable Phase errorPhase,
            @Nullable Boolean errorRetryable,
            @Nullable ActionableBy errorActionableBy) {
        static AttemptView of(FileAttempt attempt) {
            Failure failure = attempt.failure();
            return new AttemptView(
                    attempt.attempt(),
                    attempt.ended(),
                    attempt.node(),
                    attempt.startedAt(),
                    attempt.endedAt(),
                    failure == null ? null : failure.message(),
                    failure == null ? null : failure.code(),
                    failure == null ? null : failure.component(),
                    failure == null ? null : failure.phase(),
                    failure == null ? null : failure.retryable(),
                    failure == null ? null : failure.actionableBy());
        }
    }

    static FileView withAttempts(FileTask file, List<FileAttempt> attempts, Instant now) {
        return of(file, now, attempts.stream().map(AttemptView::of).toList());
    }

    static FileView of(FileTask file, Instant now) {
        return of(file, now, null);
    }

    private static FileView of(FileTask file, Instant now, @Nullable List<AttemptView> attempts) {
        Failure failure = file.failure();
        return new FileView(
                file.id(),
                file.item(),
                file.filename(),
                file.sizeBytes(),
                file.sha256(),
                file.status(),
                file.result(),
                failure == null ? null : failure.message(),
                failure == null ? null : failure.code(),
                failure == null ? null : failure.component(),
                failure == null ? null : failure.phase(),
                failure == null ? null : failure.retryable(),
                failure == null ? null : failure.actionableBy(),
                file.attempt(),
                file.retryCount(),
                file.failureCount(),
                file.crashCount(),
                file.node(),
                file.createdAt(),
                file.startedAt(),
                file.updatedAt(),
                file.finishedAt(),
                duration(file, now),
                attempts);
    }

    private static @Nullable Double duration(FileTask file, Instant now) {
        if (file.startedAt() == null || file.status() == TaskStatus.PENDING) {
            return null;
        }
        return TaskView.seconds(file.startedAt(), file.finishedAt() == null ? now : file.finishedAt());
    }
}
