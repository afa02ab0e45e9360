package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code filemill failures}: why files of a task failed. */
@Command(
        name = "failures",
        mixinStandardHelpOptions = true,
        description = "Show why files of a task failed, by cause, and what to do about each.")
final class FailuresCommand extends ServerCommand {
    @Parameters(paramLabel = "TASK", description = "The task's id.")
    private String taskId = "";

    FailuresCommand(Session session) {
        super(session);
    }

    @Override
    int run(Connection connected) throws IOException {
        JsonNode answer = connected.client().get(task(taskId) + "/failures", JsonNode.class);
        show(connected, answer, Failures.class, this::print);
        return ExitCode.SUCCESS;
    }

    private void print(Failures failures) {
        if (failures.failures().isEmpty()) {
            session().print("No file failed");
        }
        for (Cause cause : failures.failures()) {
            session().print(Terminal.clean("%s: %s".formatted(cause.errorCode(), TaskReport.files(cause.files()))));
            session().print("    " + Terminal.clean(cause.whatToDo()));
            session()
                    .print("    for example "
                            + Terminal.clean(cause.example().filename() + ": "
                                    + cause.example().error()));
        }
    }

    private record Failures(List<Cause> failures) {}

    private record Cause(String errorCode, long files, String whatToDo, Example example) {}

    private record Example(String filename, String error) {}
}
