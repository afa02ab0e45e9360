package io.filemill.db.task;

import io.filemill.db.failure.Failure;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One file of an upload task as a reader sees it.
 *
 * @param item the item as submitted; unique in its upload task
 * @param attempt the fencing token of the current dispatch
 * @param retryCount failed attempts that were followed by another one
 * @param crashCount times that the node died while it ran this file
 * @param node the name of the node that runs or ran the current attempt
 * @param failureCount failed attempts since the file was submitted or a user last asked for a retry
 * @param failure why the file, or its last attempt, failed
 */
public record FileTask(
        long id,
        UUID uploadTaskId,
        String item,
        String filename,
        @Nullable Long sizeBytes,
        @Nullable String sha256,
        TaskStatus status,
        int attempt,
        int retryCount,
        int failureCount,
        int crashCount,
        @Nullable String node,
        @Nullable JsonNode result,
        @Nullable Failure failure,
        Instant createdAt,
        @Nullable Instant startedAt,
        Instant updatedAt,
        @Nullable Instant finishedAt) {

    /** A text that is another one after each change of the file. */
    public String version() {
        return String.join(" ", Long.toString(id), updatedAt.toString(), status.word(), Integer.toString(attempt));
    }

    static FileTask of(ResultSet row, int rowNumber) throws SQLException {
        return new FileTask(
                row.getLong("id"),
                row.getObject("upload_task_id", UUID.class),
                row.getString("item"),
                row.getString("filename"),
                row.getObject("size_bytes", Long.class),
                row.getString("sha256"),
                TaskStatus.ofColumn(row.getString("status")),
                row.getInt("attempt"),
                row.getInt("retry_count"),
                row.getInt("failure_count"),
                row.getInt("crash_count"),
                row.getString("node"),
                Columns.optionalJson(row, "result"),
                Failure.ofRow(row),
                Columns.instant(row, "created_at"),
                Columns.optionalInstant(row, "started_at"),
                Columns.instant(row, "updated_at"),
                Columns.optionalInstant(row, "finished_at"));
    }
}
