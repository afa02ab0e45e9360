package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import io.filemill.api.cli.FilemillClient.Event;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code filemill events}: what tasks are like after each change. */
@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        description = {
            "Write a line for each change of a task, or of all your tasks; with --json each line is the task as JSON.",
            "Of one task it returns when the task has ended, and the exit code tells how; else it stays until Ctrl-C."
        })
final class EventsCommand extends ServerCommand {
    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @Parameters(arity = "0..1", paramLabel = "TASK", description = "The task's id.")
    private @Nullable String taskId;

    private @Nullable String lastEventId;
    private @Nullable Task last;

    EventsCommand(Session session) {
        super(session);
    }

    @Override
    int run(Connection connected) throws IOException, InterruptedException {
        if (connected.isEmbedded()) {
            throw new CommandFailure(
                    "No server runs, so nothing changes: %s serve"
                            .formatted(session().program()),
                    ExitCode.UNREACHABLE,
                    null);
        }
        follow(connected.client(), taskId == null ? "/v1/events" : task(taskId) + "/events");
        return last == null ? ExitCode.SUCCESS : ExitCode.ofTask(last);
    }

    /** Outlasts streams that end, and a server that does not answer for some seconds. */
    private void follow(FilemillClient client, String path) throws IOException, InterruptedException {
        long answered = session().ticks().nanoTime();
        boolean more = true;
        while (more) {
            try {
                more = client.events(path, lastEventId, event -> take(client, event));
                answered = session().ticks().nanoTime();
            } catch (IOException e) {
                if (session().ticks().nanoTime() - answered >= PATIENCE.toNanos()) {
                    throw e;
                }
            }
            if (more) {
                session().ticks().pause(INTERVAL);
            }
        }
    }

    private boolean take(FilemillClient client, Event event) {
        if (event.id() != null) {
            lastEventId = event.id();
        }
        JsonNode data = event.data();
        if (data == null) {
            return true;
        }
        if (event.name().equals("reload")) {
            session()
                    .note("More tasks changed than can be told: %s status"
                            .formatted(session().program()));
            return true;
        }
        Task task = client.read(data, Task.class);
        last = task;
        if (wantsJson()) {
            session().print(data.toString());
        } else {
            String failed = task.failedFiles() == 0 ? "" : ", " + task.failedFiles() + " failed";
            session()
                    .print(Terminal.clean("%s %s: %d/%d files%s"
                            .formatted(task.taskId(), task.state(), task.processedFiles(), task.totalFiles(), failed)));
        }
        return taskId == null || !event.name().equals("end");
    }
}
