package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code filemill status}: the newest tasks, or some of them. */
@Command(
        name = "status",
        aliases = "tasks",
        mixinStandardHelpOptions = true,
        description = {
            "Show the newest tasks, or single tasks with their counters and the files that failed.",
            "With --watch it shows progress bars until all of them are finished, and the exit code tells how they ended."
        })
final class StatusCommand extends ServerCommand {
    @Parameters(arity = "0..*", paramLabel = "TASK", description = "Ids of tasks.")
    private List<String> taskIds = List.of();

    @Option(names = "--failed", description = "List every failed file of the task, not only the first ones.")
    private boolean failed;

    @Option(
            names = "--watch",
            description = "Show progress until the tasks are finished; without ids, of all that are not.")
    private boolean watch;

    @Option(names = "--limit", paramLabel = "N", description = "How many tasks to list (default: ${DEFAULT-VALUE}).")
    private int limit = 20;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            description = "Only tasks that are pending, running, completed or failed.")
    private @Nullable String status;

    @Option(
            names = "--outcome",
            paramLabel = "OUTCOME",
            description = "Only tasks that ended so: success, partial, failed or cancelled.")
    private @Nullable String outcome;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Only tasks accepted then or later, for example 2027-01-31T22:00:00Z.")
    private @Nullable String from;

    @Option(names = "--before", paramLabel = "TIME", description = "Only tasks accepted before.")
    private @Nullable String before;

    StatusCommand(Session session) {
        super(session);
    }

    @Override
    void check() {
        if (failed && taskIds.size() != 1) {
            throw new CommandFailure("--failed needs the id of one task");
        }
        if (isFiltered() && !taskIds.isEmpty()) {
            throw new CommandFailure("--status, --outcome, --from and --before choose tasks; leave out the ids");
        }
        requireAtLeastOne(limit);
    }

    @Override
    int run(Connection connected) throws IOException, InterruptedException {
        if (watch) {
            return watch(connected);
        }
        if (taskIds.isEmpty()) {
            list(connected);
        } else {
            show(connected, taskIds);
        }
        return ExitCode.SUCCESS;
    }

    private int watch(Connection connected) throws IOException, InterruptedException {
        List<String> watched = taskIds.isEmpty() ? unfinished(connected) : taskIds;
        if (watched.isEmpty()) {
            list(connected);
            return ExitCode.SUCCESS;
        }
        if (connected.isEmbedded()) {
            session()
                    .note("No server runs, so nothing moves: %s serve"
                            .formatted(session().program()));
            show(connected, watched);
            return ExitCode.SUCCESS;
        }
        List<Task> ended = new TaskFollower(session(), connected.client()).follow(watched);
        show(connected, watched);
        return ended.stream().mapToInt(ExitCode::ofTask).max().orElse(ExitCode.SUCCESS);
    }

    private List<String> unfinished(Connection connected) throws IOException {
        return connected.client().read(newest(connected), Task.Page.class).tasks().stream()
                .filter(task -> !task.isFinished())
                .map(Task::taskId)
                .toList();
    }

    private void list(Connection connected) throws IOException {
        show(connected, newest(connected), Task.Page.class, this::printNewest);
    }

    private JsonNode newest(Connection connected) throws IOException {
        var query = new Query("/v1/tasks")
                .with("status", status)
                .with("outcome", outcome)
                .with("created_from", from)
                .with("created_before", before);
        return Pages.get(connected.client(), query.toString(), "tasks", limit);
    }

    private boolean isFiltered() {
        return status != null || outcome != null || from != null || before != null;
    }

    private void printNewest(Task.Page page) {
        var table = new Table("TASK", "STATUS", "FILES", "FAILED", "SKIPPED", "CREATED", "TOOK");
        for (Task task : page.tasks()) {
            table.add(
                    task.taskId(),
                    task.state(),
                    task.processedFiles() + "/" + task.totalFiles(),
                    String.valueOf(task.failedFiles()),
                    String.valueOf(task.skippedFiles()),
                    TaskTimes.local(task.createdAt()),
                    TaskTimes.took(task.durationSeconds()));
        }
        print(
                table,
                isFiltered()
                        ? "There are no such tasks"
                        : "No tasks yet. Begin with: %s ingest PATH"
                                .formatted(session().program()));
        if (page.nextCursor() != null) {
            session().note("There are older tasks: --limit " + limit * 5L);
        }
    }

    private void show(Connection connected, List<String> ids) throws IOException {
        FilemillClient client = connected.client();
        var report = new TaskReport(session(), client);
        if (failed && !wantsJson()) {
            report.allFailedFiles(client.get(task(ids.get(0)), Task.class));
            return;
        }
        var answers = new ArrayList<JsonNode>();
        for (String id : ids) {
            answers.add(
                    failed
                            ? Pages.get(client, task(id) + "/files?status=failed", "files", Integer.MAX_VALUE)
                            : client.get(task(id), JsonNode.class));
        }
        if (wantsJson()) {
            session().print(answers.size() == 1 ? answers.get(0) : together(answers));
            return;
        }
        for (JsonNode answer : answers) {
            print(client.read(answer, Task.class), report);
        }
    }

    private static ObjectNode together(List<JsonNode> tasks) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode().addAll(tasks);
        return JsonNodeFactory.instance.objectNode().set("tasks", list);
    }

    private void print(Task task, TaskReport report) throws IOException {
        session()
                .print("Task %s: %s, %d of %d files done"
                        .formatted(
                                Terminal.clean(task.taskId()), task.state(), task.processedFiles(), task.totalFiles()));
        report.counters(task);
        session()
                .print("  created %s, took %s"
                        .formatted(TaskTimes.local(task.createdAt()), TaskTimes.took(task.durationSeconds())));
        report.firstFailedFiles(task);
    }
}
