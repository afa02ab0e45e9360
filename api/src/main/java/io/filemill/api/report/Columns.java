package io.filemill.api.report;

import io.filemill.db.failure.ActionableBy;
import io.filemill.db.task.ReportRow;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the columns of a report are called, and the values that are not in the rows as they are. */
final class Columns {
    /** The first four are those of a manifest. */
    static final List<String> NAMES = List.of(
            "path",
            "item",
            "filename",
            "uploaded_file_id",
            "guarded",
            "file_id",
            "size_bytes",
            "sha256",
            "status",
            "class",
            "error_code",
            "retryable",
            "attempts",
            "duration_seconds",
            "finished_at",
            "document_id",
            "message");

    private Columns() {}

    /** Where the file lies on the server; null if it was uploaded or is none. */
    static @Nullable String path(ReportRow row) {
        return isPath(row) ? row.item() : null;
    }

    /** What identifies what is no file of the server; null for one. */
    static @Nullable String item(ReportRow row) {
        return isPath(row) ? null : row.item();
    }

    private static boolean isPath(ReportRow row) {
        return !row.uploaded() && row.item().startsWith("/");
    }

    /** The class that an HTTP answer about the file would have. */
    static String statusClass(ReportRow row) {
        return switch (row.status()) {
            case PENDING, RUNNING -> "1xx";
            case COMPLETED -> "2xx";
            case SKIPPED -> "3xx";
            case FAILED -> row.actionableBy() == ActionableBy.USER_ACTIONABLE ? "4xx" : "5xx";
        };
    }

    static @Nullable BigDecimal seconds(ReportRow row) {
        return row.durationMillis() == null ? null : BigDecimal.valueOf(row.durationMillis(), 3);
    }
}
