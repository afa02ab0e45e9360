package io.filemill.api.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Waits for the end of a task and shows meanwhile how far it is. For one task; may be stopped by another thread. */
final class TaskFollower {
    private static final Duration INTERVAL = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Session session;
    private final FilemillClient client;
    private volatile boolean stopped;
    private volatile @Nullable Progress progress;

    TaskFollower(Session session, FilemillClient client) {
        this.session = session;
        this.client = client;
    }

    /**
     * Returns when the task is finished, or when {@link #stop()} was called. Outlasts a server that does not answer for some seconds.
     *
     * @return the task as last seen
     * @throws CommandFailure if the server does not answer for longer, or does not know the task
     */
    Task follow(String taskId) throws InterruptedException {
        Task task = poll(taskId);
        try (Progress shown = start(task)) {
            progress = shown;
            while (!task.isFinished() && !stopped) {
                session.ticks().pause(INTERVAL);
                task = poll(taskId);
                if (!stopped) {
                    shown.show(task.processedFiles(), task.totalFiles(), remarks(task));
                }
            }
            return task;
        }
    }

    /** Makes {@link #follow} return soon, and leaves the screen to the caller. */
    void stop() {
        stopped = true;
        Progress shown = progress;
        if (shown != null) {
            shown.close();
        }
    }

    private Progress start(Task task) {
        Duration before =
                Duration.ofMillis(task.durationSeconds() == null ? 0 : Math.round(task.durationSeconds() * 1000));
        Progress started = Progress.start(
                session, "Processing", Progress.Unit.FILES, task.processedFiles(), task.totalFiles(), before);
        started.show(task.processedFiles(), task.totalFiles(), remarks(task));
        return started;
    }

    private Task poll(String taskId) throws InterruptedException {
        long start = session.ticks().nanoTime();
        while (true) {
            try {
                return client.get("/v1/tasks/" + FilemillClient.encode(taskId), Task.class);
            } catch (IOException e) {
                if (session.ticks().nanoTime() - start >= PATIENCE.toNanos()) {
                    String hint = "%s does not answer any more. Accepted files are kept; see: %s status %s"
                            .formatted(client.server(), session.program(), taskId);
                    throw new CommandFailure(hint, ExitCode.FILES_FAILED, e);
                }
                session.ticks().pause(INTERVAL);
            }
        }
    }

    private static String remarks(Task task) {
        var remarks = new StringJoiner(", ");
        if (task.failedFiles() > 0) {
            remarks.add(task.failedFiles() + " failed");
        }
        if (task.skippedFiles() > 0) {
            remarks.add(task.skippedFiles() + " skipped");
        }
        return remarks.toString();
    }
}
