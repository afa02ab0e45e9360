package io.filemill.db.task;

import io.filemill.db.failure.ActionableBy;
import io.filemill.db.failure.Failure;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One file of a task as its report has it.
 *
 * @param item the item as submitted
 * @param uploaded whether its bytes came with the submission and are kept by Filemill
 * @param errorCode why it, or its last attempt, failed; null if it did not
 * @param attempts how often it ran, without runs that its node gave back
 * @param durationMillis how long its last run took; null unless it has ended after a run
 * @param documentId what its result names as its id
 * @param message the sentence about the failure, cut after {@value #MAX_MESSAGE} characters
 */
public record ReportRow(
        long id,
        String item,
        String filename,
        boolean uploaded,
        @Nullable Long sizeBytes,
        @Nullable String sha256,
        TaskStatus status,
        @Nullable String errorCode,
        @Nullable Boolean retryable,
        @Nullable ActionableBy actionableBy,
        int attempts,
        @Nullable Long durationMillis,
        @Nullable Instant finishedAt,
        @Nullable String documentId,
        @Nullable String message) {
    /** A row must be short enough for a line of a manifest. */
    public static final int MAX_MESSAGE = 4000;

    static ReportRow of(ResultSet row, int rowNumber) throws SQLException {
        Failure failure = Failure.ofRow(row);
        return new ReportRow(
                row.getLong("id"),
                row.getString("item"),
                row.getString("filename"),
                row.getBoolean("uploaded"),
                row.getObject("size_bytes", Long.class),
                row.getString("sha256"),
                TaskStatus.ofColumn(row.getString("status")),
                failure == null ? null : failure.code(),
                failure == null ? null : failure.retryable(),
                failure == null ? null : failure.actionableBy(),
                row.getInt("attempts"),
                row.getObject("duration_millis", Long.class),
                Columns.optionalInstant(row, "finished_at"),
                row.getString("document_id"),
                failure == null ? null : failure.message());
    }
}
