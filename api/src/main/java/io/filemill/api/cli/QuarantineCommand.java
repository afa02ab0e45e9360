package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code filemill quarantine}: files that took their process down. */
@Command(
        name = "quarantine",
        mixinStandardHelpOptions = true,
        description = "List files that took their parser or node down each time they were tried.",
        footer = {"", "To try one again: filemill retry --file FILE"})
final class QuarantineCommand extends ServerCommand {
    @Option(names = "--limit", paramLabel = "N", description = "How many to list (default: ${DEFAULT-VALUE}).")
    private int limit = 100;

    QuarantineCommand(Session session) {
        super(session);
    }

    @Override
    void check() {
        requireAtLeastOne(limit);
    }

    @Override
    int run(Connection connected) throws IOException {
        JsonNode answer = Pages.get(connected.client(), "/v1/quarantine", "files", limit);
        show(connected, answer, Task.Files.class, page -> {
            var table = new Table("FILE", "CODE", "NAME");
            page.files()
                    .forEach(file ->
                            table.add(file.id(), file.errorCode() == null ? "-" : file.errorCode(), file.name()));
            print(table, "No file is in quarantine");
        });
        return ExitCode.SUCCESS;
    }
}
