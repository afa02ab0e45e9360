package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code filemill retry}: failed files of a task wait again. */
@Command(
        name = "retry",
        mixinStandardHelpOptions = true,
        description = {
            "Try failed files of a task again: all of them, or those that every given option takes.",
            "Without a task, one --file."
        })
final class RetryCommand extends ServerCommand {
    @Parameters(arity = "0..1", paramLabel = "TASK", description = "The task's id.")
    private @Nullable String taskId;

    @Option(
            names = "--failed",
            description = "All failed files that nobody cancelled, which is what happens without options too.")
    private boolean allFailed;

    @Option(
            names = "--code",
            paramLabel = "CODE",
            description = "Files with this error code; may be given several times.")
    private List<String> codes = List.of();

    @Option(names = "--retryable", description = "Files whose failure may pass by itself.")
    private boolean retryable;

    @Option(names = "--permanent", description = "Files whose failure does not pass by itself.")
    private boolean permanent;

    @Option(names = "--file", paramLabel = "ID", description = "The file of this id; may be given several times.")
    private List<Long> fileIds = List.of();

    @Option(names = "--item", paramLabel = "ITEM", description = "The file of this item; may be given several times.")
    private List<String> items = List.of();

    @Option(
            names = "--watch",
            description = "Show progress until the task is finished; the exit code tells how it ended.")
    private boolean watch;

    RetryCommand(Session session) {
        super(session);
    }

    @Override
    void check() {
        boolean selected = !codes.isEmpty() || retryable || permanent || !items.isEmpty();
        if (taskId == null && (fileIds.size() != 1 || selected || allFailed)) {
            throw new CommandFailure("Name either a task or one --file");
        }
        if (allFailed && (selected || !fileIds.isEmpty())) {
            throw new CommandFailure("--failed takes all failed files; leave it out to choose some of them");
        }
        if (retryable && permanent) {
            throw new CommandFailure("No failure is both --retryable and --permanent");
        }
    }

    @Override
    int run(Connection connected) throws IOException, InterruptedException {
        JsonNode answer = taskId == null
                ? connected.client().post("/v1/files/" + fileIds.get(0) + "/retry", JsonNode.class)
                : connected.client().send("POST", task(taskId) + "/retry", selection());
        if (!watch || connected.isEmbedded()) {
            show(connected, answer, Retried.class, this::print);
            return answer.path("skipped_files").asInt(0) > 0 ? ExitCode.PARTIAL : ExitCode.SUCCESS;
        }
        Retried retried = connected.client().read(answer, Retried.class);
        print(retried);
        Task end = new TaskFollower(session(), connected.client()).follow(retried.taskId());
        var report = new TaskReport(session(), connected.client());
        if (wantsJson()) {
            session().print(connected.client().get(task(retried.taskId()), JsonNode.class));
        } else {
            report.counters(end);
            report.firstFailedFiles(end);
        }
        return ExitCode.ofTask(end);
    }

    private ObjectNode selection() {
        ObjectNode selection = JsonNodeFactory.instance.objectNode();
        if (!codes.isEmpty()) {
            selection.set("error_codes", strings(codes));
        }
        if (retryable || permanent) {
            selection.put("retryable", retryable);
        }
        if (!fileIds.isEmpty()) {
            ArrayNode ids = JsonNodeFactory.instance.arrayNode();
            fileIds.forEach(ids::add);
            selection.set("file_ids", ids);
        }
        if (!items.isEmpty()) {
            selection.set("items", strings(items));
        }
        return selection;
    }

    private static ArrayNode strings(List<String> values) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        values.forEach(array::add);
        return array;
    }

    /** Beside JSON, which is then about the end, for people. */
    private void print(Retried retried) {
        String line = TaskReport.files(retried.retried()) + (retried.retried() == 1 ? " waits" : " wait") + " again";
        if (watch) {
            session().note(line);
        } else {
            session().print(line);
        }
        retried.skipped()
                .forEach(file -> session()
                        .note(Terminal.clean(
                                "  not " + file.name() + ": " + file.reason().replace('_', ' '))));
        if (retried.skippedFiles() > retried.skipped().size()) {
            session()
                    .note("  … and "
                            + (retried.skippedFiles() - retried.skipped().size()) + " more");
        }
    }

    private record Retried(String taskId, long retried, long skippedFiles, List<Skipped> skipped) {}

    private record Skipped(@Nullable Long fileId, @Nullable String item, String reason) {
        String name() {
            return item == null ? "file " + fileId : item;
        }
    }
}
