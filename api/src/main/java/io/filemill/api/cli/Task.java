package io.filemill.api.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An upload task as a server shows it. */
record Task(
        String taskId,
        @Nullable String processor,
        String status,
        @Nullable String outcome,
        @Nullable String error,
        long totalFiles,
        long processedFiles,
        long successfulFiles,
        long failedFiles,
        long skippedFiles,
        long runningFiles,
        long pendingFiles,
        long duplicatesIgnored,
        @Nullable String createdAt,
        @Nullable String startedAt,
        @Nullable String finishedAt,
        @Nullable Double durationSeconds) {
    boolean isFinished() {
        return status.equals("completed") || status.equals("failed");
    }

    boolean isCancelled() {
        return "cancelled".equals(outcome);
    }

    /** One word on where it stands: the outcome once there is one. */
    String state() {
        return outcome == null ? status : outcome;
    }

    /** Whether every file went well; a skipped file did. */
    boolean isAllWell() {
        return status.equals("completed") && failedFiles == 0 && !isCancelled();
    }

    /** The newest tasks. */
    record Page(List<Task> tasks, @Nullable String nextCursor) {}

    /** One of its files. */
    record File(
            @Nullable String fileId,
            String filename,
            @Nullable String item,
            String status,
            @Nullable String error,
            @Nullable String errorCode) {
        /** The reason why it failed, for people. */
        String reason() {
            String text = error == null || error.isBlank() ? "no reason given" : error.strip();
            return errorCode == null || text.contains(errorCode) ? text : text + " (" + errorCode + ")";
        }

        /** Its id, or a dash. */
        String id() {
            return fileId == null ? "-" : fileId;
        }

        /** What tells it from the other files of its task: mostly its path. */
        String name() {
            return item == null || item.isBlank() ? filename : item;
        }
    }

    /** Some of its files. */
    record Files(List<File> files, @Nullable String nextCursor) {}

    /**
     * What a submission is answered with.
     *
     * @param ignoredFiles how many files the server left out, if it says so
     * @param ignored the first of them
     */
    record Accepted(
            String taskId,
            long totalFiles,
            long duplicatesIgnored,
            @Nullable Long ignoredFiles,
            @Nullable List<Ignored> ignored) {
        /** The files that the server left out, each with the reason. */
        List<String> leftOut() {
            var lines = new ArrayList<String>();
            if (ignored != null) {
                ignored.forEach(file -> lines.add(file.item() + ": " + file.reason()));
            }
            long more = ignoredFiles == null ? 0 : ignoredFiles - lines.size();
            if (more > 0) {
                lines.add("… and " + more + " more");
            }
            return lines;
        }
    }

    /** A file that a server left out. */
    record Ignored(String item, String reason) {}

    /** What a cancellation is answered with. */
    record Cancelled(String taskId, long cancelledFiles) {}
}
