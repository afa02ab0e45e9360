package io.filemill.db.task;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One accepted upload as a reader sees it.
 *
 * @param notBefore when its first file may start; null for at once
 * @param pausedBy what keeps its files from starting: {@code task}, {@code user}, {@code processor} or {@code cluster}; null for nothing
 * @param outcome {@code success}, {@code partial}, {@code failed} or {@code cancelled}; null until the task is final
 * @param processedFiles always {@code successful + failed + skipped}
 * @param runningFiles files that a node runs right now
 * @param pendingFiles files that wait
 * @param preparing whether more files of it are still being listed; {@code totalFiles} counts those that were found so far
 * @param ignoredFiles how many entries the listing by a node left out on purpose; null if no node listed files of it
 * @param ignored the first of them
 * @param filesPerSecond how fast its files end, by the function {@code files_per_second}; 0 when none do
 * @param startedAt when the first file began to run
 */
public record UploadTask(
        UUID id,
        String userId,
        String processor,
        JsonNode settings,
        int priority,
        @Nullable Instant notBefore,
        @Nullable String pausedBy,
        TaskLimits limits,
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
        @Nullable Long ignoredFiles,
        @Nullable JsonNode ignored,
        double filesPerSecond,
        Instant createdAt,
        @Nullable Instant startedAt,
        Instant updatedAt,
        @Nullable Instant finishedAt) {
    private static final double SLOWEST_FILES_PER_SECOND = 1 / 3600.0;

    /** A text that is another one after each change of the task and each start of one of its files. */
    public String version() {
        return String.join(
                " ",
                id.toString(),
                updatedAt.toString(),
                status.word(),
                String.valueOf(pausedBy),
                Integer.toString(totalFiles),
                Integer.toString(successfulFiles),
                Integer.toString(failedFiles),
                Integer.toString(skippedFiles),
                Integer.toString(runningFiles));
    }

    /**
     * How many seconds its files will take if they go on to end as fast as lately. Null while that cannot be known: it is paused or still
     * being listed, or fewer than one file an hour ends; and when it has ended.
     */
    public @Nullable Long etaSeconds() {
        if (status.isFinal() || preparing || pausedBy != null || filesPerSecond < SLOWEST_FILES_PER_SECOND) {
            return null;
        }
        return (long) Math.ceil((totalFiles - processedFiles) / filesPerSecond);
    }

    static UploadTask of(ResultSet row, int rowNumber) throws SQLException {
        return new UploadTask(
                row.getObject("id", UUID.class),
                row.getString("user_id"),
                row.getString("processor"),
                Columns.json(row, "settings"),
                row.getInt("priority"),
                Columns.optionalInstant(row, "not_before"),
                row.getString("paused_by"),
                TaskLimits.of(row),
                TaskStatus.ofColumn(row.getString("status")),
                row.getString("outcome"),
                row.getString("error"),
                row.getInt("total_files"),
                row.getInt("processed_files"),
                row.getInt("successful_files"),
                row.getInt("failed_files"),
                row.getInt("skipped_files"),
                row.getInt("running_files"),
                row.getInt("total_files") - row.getInt("processed_files") - row.getInt("running_files"),
                row.getInt("duplicates_ignored"),
                row.getObject("prepared_at") == null,
                row.getObject("ignored_files", Long.class),
                Columns.optionalJson(row, "ignored"),
                row.getDouble("files_per_second"),
                Columns.instant(row, "created_at"),
                Columns.optionalInstant(row, "started_at"),
                Columns.instant(row, "updated_at"),
                Columns.optionalInstant(row, "finished_at"));
    }
}
