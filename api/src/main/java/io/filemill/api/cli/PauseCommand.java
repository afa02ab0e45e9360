package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code filemill pause}: no file of a task starts any more. */
@Command(
        name = "pause",
        mixinStandardHelpOptions = true,
        description = "Pause a task: none of its files starts until it is resumed, those that run go on.")
final class PauseCommand extends ServerCommand {
    @Parameters(paramLabel = "TASK", description = "The task's id.")
    private String taskId = "";

    PauseCommand(Session session) {
        super(session);
    }

    @Override
    int run(Connection connected) throws IOException {
        JsonNode answer = connected.client().post(task(taskId) + "/pause", JsonNode.class);
        show(
                connected,
                answer,
                Task.class,
                task -> session()
                        .print("Paused task %s: %d files wait, %d still run"
                                .formatted(Terminal.clean(task.taskId()), task.pendingFiles(), task.runningFiles())));
        return ExitCode.SUCCESS;
    }
}
