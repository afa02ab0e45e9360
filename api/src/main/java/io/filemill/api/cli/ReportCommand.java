package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import io.filemill.api.cli.FilemillClient.Received;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code filemill report}: what became of every file of a task. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = {
            "Write what became of every file of a task, or only of those that failed, as a table whose checksum is verified.",
            "It can be submitted again as it is: filemill ingest --manifest FILE"
        })
final class ReportCommand extends ServerCommand {
    /** Where a report goes that has no file. */
    private static final String STDOUT = "-";

    @Parameters(paramLabel = "TASK", description = "The task's id.")
    private String taskId = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write it; without it, to the standard output.")
    private @Nullable Path output;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "csv or jsonl (default: as the name of the file says, else csv).")
    private @Nullable String format;

    @Option(names = "--failed", description = "Only files that failed.")
    private boolean failed;

    ReportCommand(Session session) {
        super(session);
    }

    @Override
    void check() {
        if (wantsJson() && output == null) {
            throw new CommandFailure(
                    "--json says what was written to a file: name one by -o, or choose --format jsonl");
        }
    }

    @Override
    int run(Connection connected) throws IOException {
        FilemillClient client = connected.client();
        String query = "?format=" + FilemillClient.encode(format()) + (failed ? "&only=failed" : "");
        boolean ended = client.get(task(taskId), Task.class).isFinished();
        if (output == null) {
            Received received = client.download(
                    task(taskId) + "/report" + query, session().terminal().out());
            session().terminal().out().flush();
            verify(client, query, received, ended);
            return ExitCode.SUCCESS;
        }
        write(client, query, output, ended);
        return ExitCode.SUCCESS;
    }

    private String format() {
        if (format != null) {
            return format;
        }
        String name = output == null ? STDOUT : output.toString();
        return name.endsWith(".jsonl") || name.endsWith(".ndjson") ? "jsonl" : "csv";
    }

    /** Under another name until it is complete and right. */
    private void write(FilemillClient client, String query, Path target, boolean ended) throws IOException {
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            Received received;
            try (OutputStream out = create(part)) {
                received = client.download(task(taskId) + "/report" + query, out);
            }
            boolean verified = verify(client, query, received, ended);
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
            tell(target, received, verified);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static OutputStream create(Path part) {
        try {
            return Files.newOutputStream(part);
        } catch (IOException e) {
            throw new CommandFailure("Cannot write " + part + ". Choose another file by -o.", e);
        }
    }

    private void tell(Path target, Received received, boolean verified) {
        if (wantsJson()) {
            session()
                    .print(JsonNodeFactory.instance
                            .objectNode()
                            .put("file", target.toString())
                            .put("bytes", received.bytes())
                            .put("sha256", received.sha256())
                            .put("verified", verified));
        } else {
            session().print("Wrote %s, sha256 %s".formatted(target, received.sha256()));
        }
    }

    /** A proxy may have lost the checksum behind the report. Of a task that has ended it can be asked for. */
    private boolean verify(FilemillClient client, String query, Received received, boolean ended) throws IOException {
        String promised = received.promised();
        if (promised == null && ended) {
            promised = client.text(task(taskId) + "/report.sha256" + query).split(" ", 2)[0];
        }
        if (promised == null) {
            session().note("The checksum of the report was lost on the way, so it is not verified.");
            return false;
        }
        if (!promised.equals(received.sha256())) {
            throw new CommandFailure(
                    "The report is not as the server sent it: its sha256 is %s and should be %s. Try again."
                            .formatted(received.sha256(), promised),
                    ExitCode.UNREACHABLE,
                    null);
        }
        return true;
    }
}
