package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code filemill cancel}: no file of the task starts any more, and those that run are stopped. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description = "Cancel a task or one file: what waits never starts, what runs is stopped.")
final class CancelCommand extends ServerCommand {
    @Parameters(arity = "0..1", paramLabel = "TASK", description = "The task's id.")
    private @Nullable String taskId;

    @Option(names = "--file", paramLabel = "ID", description = "Instead of a task: the id of one file.")
    private @Nullable String fileId;

    CancelCommand(Session session) {
        super(session);
    }

    @Override
    void check() {
        if ((taskId == null) == (fileId == null)) {
            throw new CommandFailure("Name either a task or a --file");
        }
    }

    @Override
    int run(Connection connected) throws IOException {
        if (taskId != null) {
            JsonNode answer = connected.client().post(task(taskId) + "/cancel", JsonNode.class);
            show(
                    connected,
                    answer,
                    Task.Cancelled.class,
                    cancelled -> session()
                            .print("Cancelled task %s: %d files stopped"
                                    .formatted(Terminal.clean(cancelled.taskId()), cancelled.cancelledFiles())));
        } else if (fileId != null) {
            JsonNode answer =
                    connected.client().post("/v1/files/" + FilemillClient.encode(fileId) + "/cancel", JsonNode.class);
            show(connected, answer, JsonNode.class, cancelled -> session().print("Cancelled file " + fileId));
        }
        return ExitCode.SUCCESS;
    }
}
