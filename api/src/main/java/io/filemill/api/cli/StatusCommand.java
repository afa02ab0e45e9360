package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code filemill status}: the newest tasks, or one of them. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Show the newest tasks, or one task with its counters and the files that failed.")
final class StatusCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    private final Session session;

    @Parameters(arity = "0..1", paramLabel = "TASK", description = "A task's id.")
    private @Nullable String taskId;

    @Option(names = "--failed", description = "List every failed file of the task, not only the first ones.")
    private boolean failed;

    @Option(names = "--watch", description = "Show the task's progress until it is finished.")
    private boolean watch;

    @Option(names = "--limit", paramLabel = "N", description = "How many tasks to list (default: ${DEFAULT-VALUE}).")
    private int limit = 20;

    @Option(names = "--json", description = "Write the server's answer as JSON.")
    private boolean json;

    @Mixin
    private final ServerOption server = new ServerOption();

    StatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (taskId == null && (failed || watch)) {
            throw new CommandFailure((failed ? "--failed" : "--watch") + " needs the id of a task");
        }
        try (Connection connected =
                new Connector(session, server).connect(server.url(), LocalServer.Options.forOneQuestion(List.of()))) {
            if (taskId == null) {
                list(connected.client());
            } else {
                show(connected, taskId);
            }
        }
        return ExitCode.SUCCESS;
    }

    private void list(FilemillClient client) throws IOException {
        String path = "/v1/tasks?limit=" + limit;
        if (json) {
            printJson(client, path);
            return;
        }
        Task.Page page = client.get(path, Task.Page.class);
        if (page.tasks().isEmpty()) {
            session.print("No tasks yet. Begin with: %s ingest PATH".formatted(session.program()));
            return;
        }
        var table = new Table("TASK", "STATUS", "FILES", "FAILED", "SKIPPED", "CREATED", "TOOK");
        for (Task task : page.tasks()) {
            table.add(
                    task.taskId(),
                    task.state(),
                    task.processedFiles() + "/" + task.totalFiles(),
                    String.valueOf(task.failedFiles()),
                    String.valueOf(task.skippedFiles()),
                    localTime(task.createdAt()),
                    took(task));
        }
        table.lines().forEach(line -> session.print(Terminal.clean(line)));
        if (page.nextCursor() != null) {
            session.note("There are older tasks: --limit " + limit * 5L);
        }
    }

    private void show(Connection connected, String id) throws IOException, InterruptedException {
        FilemillClient client = connected.client();
        if (watch && connected.isEmbedded()) {
            session.note("No server runs, so nothing moves: %s serve".formatted(session.program()));
        } else if (watch) {
            new TaskFollower(session, client).follow(id);
        }
        String path = "/v1/tasks/" + FilemillClient.encode(id);
        if (json) {
            printJson(client, failed ? path + "/files?status=failed" : path);
            return;
        }
        Task task = client.get(path, Task.class);
        var report = new TaskReport(session, client);
        if (failed) {
            report.allFailedFiles(task);
            return;
        }
        session.print("Task %s: %s, %d of %d files done"
                .formatted(Terminal.clean(task.taskId()), task.state(), task.processedFiles(), task.totalFiles()));
        report.counters(task);
        session.print("  created %s, took %s".formatted(localTime(task.createdAt()), took(task)));
        report.firstFailedFiles(task);
    }

    private void printJson(FilemillClient client, String path) throws IOException {
        session.print(client.get(path, JsonNode.class).toPrettyString());
    }

    private static String took(Task task) {
        return task.durationSeconds() == null
                ? "-"
                : Progress.duration(Duration.ofMillis(Math.round(task.durationSeconds() * 1000)));
    }

    private static String localTime(@Nullable String time) {
        if (time == null) {
            return "-";
        }
        try {
            return TIME.format(OffsetDateTime.parse(time).atZoneSameInstant(ZoneId.systemDefault()));
        } catch (DateTimeException e) {
            return time;
        }
    }
}
