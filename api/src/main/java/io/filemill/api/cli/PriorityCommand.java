package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code filemill priority}: when the waiting files of a task are served. */
@Command(
        name = "priority",
        mixinStandardHelpOptions = true,
        description = "Change when the waiting files of a task are served.")
final class PriorityCommand extends ServerCommand {
    @Parameters(index = "0", paramLabel = "TASK", description = "The task's id.")
    private String taskId = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PRIORITY",
            description = "From 0 to 9; 9 is served before 0, and 5 is the default of new tasks.")
    private @Nullable Integer priority;

    @Option(
            names = "--not-before",
            paramLabel = "TIME",
            description = "No file starts before, for example 2027-01-31T22:00:00Z.")
    private @Nullable String notBefore;

    PriorityCommand(Session session) {
        super(session);
    }

    @Override
    void check() {
        if (priority == null && notBefore == null) {
            throw new CommandFailure("Give a PRIORITY from 0 to 9, or --not-before, or both");
        }
    }

    @Override
    int run(Connection connected) throws IOException, InterruptedException {
        ObjectNode change = JsonNodeFactory.instance.objectNode();
        if (priority != null) {
            change.put("priority", priority);
        }
        if (notBefore != null) {
            change.put("not_before", notBefore);
        }
        JsonNode answer = connected.client().send("PATCH", task(taskId), change);
        show(
                connected,
                answer,
                Changed.class,
                task -> session()
                        .print("Task %s has priority %d%s"
                                .formatted(
                                        Terminal.clean(task.taskId()),
                                        task.priority(),
                                        task.notBefore() == null
                                                ? ""
                                                : " and starts not before " + TaskTimes.local(task.notBefore()))));
        return ExitCode.SUCCESS;
    }

    private record Changed(
            String taskId, int priority, @Nullable String notBefore) {}
}
