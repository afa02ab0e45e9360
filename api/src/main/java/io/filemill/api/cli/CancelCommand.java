package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code filemill cancel}: no file of the task starts any more, and those that run are stopped. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description = "Cancel a task: its waiting files never start, its running files are stopped.")
final class CancelCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "TASK", description = "The task's id.")
    private String taskId = "";

    @Mixin
    private final ServerOption server = new ServerOption();

    CancelCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        try (Connection connected =
                new Connector(session, server).connect(server.url(), LocalServer.Options.forOneQuestion(List.of()))) {
            String path = "/v1/tasks/" + FilemillClient.encode(taskId) + "/cancel";
            Task.Cancelled cancelled = connected.client().post(path, Task.Cancelled.class);
            session.print("Cancelled task %s: %d files stopped"
                    .formatted(Terminal.clean(cancelled.taskId()), cancelled.cancelledFiles()));
        }
        return ExitCode.SUCCESS;
    }
}
