package io.filemill.db.task;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A file that this node now runs, with all that the run needs.
 *
 * @param attempt the fencing token that {@link FileTaskRepository#finish} asks for
 * @param failureCount failed attempts since the file was submitted or a user last asked for a retry
 * @param crashCount times that the node died while it ran this file
 * @param firstOfTask whether the upload task is still marked as pending
 * @param secondsDue for how long it had been due when it was taken
 * @param traceparent the W3C trace context that its run belongs to; null if the run is not traced
 */
public record ClaimedFile(
        long id,
        int attempt,
        UUID uploadTaskId,
        String userId,
        String processor,
        JsonNode settings,
        String item,
        String filename,
        @Nullable String storedAs,
        @Nullable String sha256,
        TaskLimits limits,
        int failureCount,
        int crashCount,
        boolean firstOfTask,
        double secondsDue,
        @Nullable String traceparent) {
    /** About so many files of a task are traced. */
    public static final int TRACED_FILES = 1000;

    /** Reads a row of {@code file_task} joined with its task's settings, limits, {@code first_of_task}, {@code seconds_due} and {@code traceparent}. */
    public static ClaimedFile of(ResultSet row, int number) throws SQLException {
        return new ClaimedFile(
                row.getLong("id"),
                row.getInt("attempt"),
                row.getObject("upload_task_id", UUID.class),
                row.getString("user_id"),
                row.getString("processor"),
                Columns.json(row, "settings"),
                row.getString("item"),
                row.getString("filename"),
                row.getString("stored_as"),
                row.getString("sha256"),
                TaskLimits.of(row),
                row.getInt("failure_count"),
                row.getInt("crash_count"),
                row.getBoolean("first_of_task"),
                row.getDouble("seconds_due"),
                row.getString("traceparent"));
    }
}
