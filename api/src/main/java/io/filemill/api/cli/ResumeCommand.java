package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code filemill resume}: a paused task goes on. */
@Command(name = "resume", mixinStandardHelpOptions = true, description = "Let a paused task go on.")
final class ResumeCommand extends ServerCommand {
    @Parameters(paramLabel = "TASK", description = "The task's id.")
    private String taskId = "";

    ResumeCommand(Session session) {
        super(session);
    }

    @Override
    int run(Connection connected) throws IOException {
        JsonNode answer = connected.client().post(task(taskId) + "/resume", JsonNode.class);
        show(connected, answer, Resumed.class, this::print);
        return ExitCode.SUCCESS;
    }

    private void print(Resumed task) {
        String id = Terminal.clean(task.taskId());
        session()
                .print(
                        task.pausedBy() == null
                                ? "Resumed task %s: %d files wait".formatted(id, task.pendingFiles())
                                : "Resumed task %s, but its %s is still paused".formatted(id, task.pausedBy()));
    }

    private record Resumed(String taskId, @Nullable String pausedBy, long pendingFiles) {}
}
