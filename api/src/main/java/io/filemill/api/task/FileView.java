package io.filemill.api.task;

import io.filemill.db.task.FileTask;
import io.filemill.db.task.TaskStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The JSON of one file of a task.
 *
 * @param durationSeconds from the start of its current attempt to its end, or until now; null while it waits
 */
record FileView(
        long fileId,
        String item,
        String filename,
        @Nullable Long sizeBytes,
        @Nullable String sha256,
        String status,
        @Nullable JsonNode result,
        @Nullable String error,
        @Nullable String errorCode,
        int attempt,
        int retryCount,
        int crashCount,
        @Nullable String node,
        Instant createdAt,
        @Nullable Instant startedAt,
        Instant updatedAt,
        @Nullable Instant finishedAt,
        @Nullable Double durationSeconds) {

    static FileView of(FileTask file, Instant now) {
        return new FileView(
                file.id(),
                file.item(),
                file.filename(),
                file.sizeBytes(),
                file.sha256(),
                file.status().word(),
                file.result(),
                file.error(),
                file.errorCode(),
                file.attempt(),
                file.retryCount(),
                file.crashCount(),
                file.node(),
                file.createdAt(),
                file.startedAt(),
                file.updatedAt(),
                file.finishedAt(),
                duration(file, now));
    }

    private static @Nullable Double duration(FileTask file, Instant now) {
        if (file.startedAt() == null || file.status() == TaskStatus.PENDING) {
            return null;
        }
        return TaskView.seconds(file.startedAt(), file.finishedAt() == null ? now : file.finishedAt());
    }
}
