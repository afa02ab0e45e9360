package io.filemill.api.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Waits for the end of tasks and shows meanwhile how far they are. For one use; may be stopped by another thread. */
final class TaskFollower {
    private static final Duration INTERVAL = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Session session;
    private final FilemillClient client;
    private volatile boolean stopped;
    private volatile @Nullable TaskBars bars;

    TaskFollower(Session session, FilemillClient client) {
        this.session = session;
        this.client = client;
    }

    /** As {@link #follow(List)} for one task. */
    Task follow(String taskId) throws InterruptedException {
        return follow(List.of(taskId)).get(0);
    }

    /**
     * Returns when all tasks are finished, or when {@link #stop()} was called. Outlasts a server that does not answer for some seconds.
     *
     * @param taskIds at least one
     * @return the tasks as last seen, in the same order
     * @throws CommandFailure if the server does not answer for longer, or does not know one of them
     */
    List<Task> follow(List<String> taskIds) throws InterruptedException {
        var tasks = new ArrayList<Task>();
        for (String id : taskIds) {
            tasks.add(poll(id));
        }
        try (TaskBars shown = TaskBars.start(session, tasks)) {
            bars = shown;
            while (!stopped && !tasks.stream().allMatch(Task::isFinished)) {
                session.ticks().pause(INTERVAL);
                for (int i = 0; i < tasks.size(); i++) {
                    if (!tasks.get(i).isFinished()) {
                        tasks.set(i, poll(taskIds.get(i)));
                    }
                }
                if (!stopped) {
                    shown.show(tasks);
                }
            }
            return tasks;
        }
    }

    /** Makes {@link #follow} return soon, and leaves the screen to the caller. */
    void stop() {
        stopped = true;
        TaskBars shown = bars;
        if (shown != null) {
            shown.close();
        }
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
                    throw new CommandFailure(hint, ExitCode.UNREACHABLE, e);
                }
                session.ticks().pause(INTERVAL);
            }
        }
    }
}
