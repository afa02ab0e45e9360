package io.filemill.api.cli;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Writes what became of a task. */
final class TaskReport {
    private static final int FAILED_FILES_SHOWN = 20;

    private final Session session;
    private final FilemillClient client;

    TaskReport(Session session, FilemillClient client) {
        this.session = session;
        this.client = client;
    }

    /** Writes the counters, one a line. */
    void counters(Task task) {
        count("successful", task.successfulFiles());
        count("failed", task.failedFiles());
        count("skipped", task.skippedFiles());
        if (!task.isFinished()) {
            count("running", task.runningFiles());
            count("pending", task.pendingFiles());
        }
        if (task.error() != null) {
            session.print("  " + Terminal.clean(task.error()));
        }
    }

    private void count(String what, long files) {
        session.print("  %-10s %10d".formatted(what, files));
    }

    /**
     * Writes the first failed files with their reasons, and where to see the rest. Writes nothing when none failed,
     * and no list when the task was cancelled, since that is then the reason of nearly all.
     *
     * @throws IOException if the server does not answer
     */
    void firstFailedFiles(Task task) throws IOException {
        if (task.failedFiles() == 0) {
            return;
        }
        if (task.isCancelled()) {
            session.print("What did not run: %s status %s --failed".formatted(session.program(), task.taskId()));
            return;
        }
        session.print("Failed files:");
        Task.Files page = failed(task.taskId(), FAILED_FILES_SHOWN, null);
        page.files().forEach(this::line);
        long more = task.failedFiles() - page.files().size();
        if (more > 0) {
            session.print("  … and %d more: %s status %s --failed".formatted(more, session.program(), task.taskId()));
        }
    }

    /**
     * Writes every failed file with its reason.
     *
     * @throws IOException if the server does not answer
     */
    void allFailedFiles(Task task) throws IOException {
        String cursor = null;
        do {
            Task.Files page = failed(task.taskId(), 100, cursor);
            page.files().forEach(this::line);
            cursor = page.nextCursor();
        } while (cursor != null);
    }

    /** Writes how to look into what was stored, if it can be searched. */
    void howToSearch(Task task, boolean serverStays) {
        if (!"document".equals(task.processor()) || task.successfulFiles() + task.skippedFiles() == 0) {
            return;
        }
        session.print("Search it:  %s search \"some words\"".formatted(session.program()));
        if (serverStays) {
            session.print("       or:  curl '%s/v1/search?q=words'".formatted(client.server()));
        } else {
            String address = ServerAddress.of(session.environment()).uri().toString();
            session.print("       or:  %s serve   and then   curl '%s/v1/search?q=words'"
                    .formatted(session.program(), address));
        }
    }

    static String files(long count) {
        return count == 1 ? "1 file" : count + " files";
    }

    /** How many files a second that is. */
    static String rate(long files, Duration time) {
        double seconds = Math.max(time.toMillis(), 1) / 1000.0;
        return Progress.decimal(files / seconds) + " files/s";
    }

    private Task.Files failed(String taskId, int limit, @Nullable String cursor) throws IOException {
        String path = "/v1/tasks/" + FilemillClient.encode(taskId) + "/files?status=failed&limit=" + limit;
        return client.get(cursor == null ? path : path + "&cursor=" + FilemillClient.encode(cursor), Task.Files.class);
    }

    private void line(Task.File file) {
        session.print("  " + Terminal.clean(file.name()) + ": " + Terminal.clean(file.reason()));
    }
}
