package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code filemill files}: the files of a task. */
@Command(
        name = "files",
        mixinStandardHelpOptions = true,
        description = "List files of a task in the order in which they were submitted; 'report' writes all of them.")
final class FilesCommand extends ServerCommand {
    @Parameters(paramLabel = "TASK", description = "The task's id.")
    private String taskId = "";

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            description = "Only files that are pending, running, completed, failed or skipped.")
    private @Nullable String status;

    @Option(names = "--code", paramLabel = "CODE", description = "Only files with this error code.")
    private @Nullable String code;

    @Option(names = "--limit", paramLabel = "N", description = "How many to list (default: ${DEFAULT-VALUE}).")
    private int limit = 100;

    FilesCommand(Session session) {
        super(session);
    }

    @Override
    void check() {
        requireAtLeastOne(limit);
    }

    @Override
    int run(Connection connected) throws IOException {
        var query = new Query(task(taskId) + "/files").with("status", status).with("error_code", code);
        JsonNode answer = Pages.get(connected.client(), query.toString(), "files", limit);
        show(connected, answer, Task.Files.class, this::print);
        return ExitCode.SUCCESS;
    }

    private void print(Task.Files page) {
        var table = new Table("FILE", "STATUS", "CODE", "NAME");
        page.files()
                .forEach(file -> table.add(
                        file.id(), file.status(), file.errorCode() == null ? "-" : file.errorCode(), file.name()));
        print(table, "There are no such files");
        if (page.nextCursor() != null) {
            session().note("There are more: --limit " + limit * 10L);
        }
    }
}
