package io.filemill.api.cli;

import org.jspecify.annotations.Nullable;

/** Answers about tasks, as a server words them. */
final class Tasks {
    private Tasks() {}

    static String running(int processed, int failed, int skipped, int total) {
        return task("running", null, processed, failed, skipped, total);
    }

    static String finished(int failed, int skipped, int total) {
        return task("completed", failed == 0 ? "success" : "partial", total, failed, skipped, total);
    }

    static String cancelled(int successful, int total) {
        return task("failed", "cancelled", total, total - successful, 0, total);
    }

    static String accepted(int total) {
        return """
                {"task_id": "t-1", "total_files": %d, "status": "accepted", "duplicates_ignored": 0}""".formatted(total);
    }

    static String failedFile(String name, String error) {
        return """
                {"file_id": "f", "item": "%1$s", "filename": "%1$s", "status": "failed", "result": null, "error": "%2$s",
                 "error_code": "ENCRYPTED", "retry_count": 0}""".formatted(name, error);
    }

    static String files(String... files) {
        return "{\"files\": [" + String.join(",", files) + "], \"next_cursor\": null}";
    }

    static String problem(int status, String title, String detail) {
        return """
                {"type": "about:blank", "title": "%s", "status": %d, "detail": "%s"}""".formatted(title, status, detail);
    }

    private static String task(
            String status, @Nullable String outcome, int processed, int failed, int skipped, int total) {
        return """
                {"task_id": "t-1", "processor": "document", "status": "%s", "outcome": %s, "error": null, "total_files": %d,
                 "processed_files": %d, "successful_files": %d, "failed_files": %d, "skipped_files": %d, "running_files": 0,
                 "pending_files": %d, "duplicates_ignored": 0, "created_at": "2026-11-24T08:00:00Z",
                 "started_at": "2026-11-24T08:00:00Z", "updated_at": "2026-11-24T08:00:01Z", "finished_at": null,
                 "duration_seconds": 0.0, "a_field_of_a_later_version": {}}""".formatted(
                        status,
                        outcome == null ? "null" : "\"" + outcome + "\"",
                        total,
                        processed,
                        processed - failed - skipped,
                        failed,
                        skipped,
                        total - processed);
    }
}
