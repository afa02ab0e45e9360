package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code filemill file}: one file with its history. */
@Command(name = "file", mixinStandardHelpOptions = true, description = "Show one file and each attempt at it.")
final class FileCommand extends ServerCommand {
    @Parameters(paramLabel = "FILE", description = "The file's id, as 'files' lists it.")
    private String fileId = "";

    FileCommand(Session session) {
        super(session);
    }

    @Override
    int run(Connection connected) throws IOException {
        JsonNode answer = connected.client().get("/v1/files/" + FilemillClient.encode(fileId), JsonNode.class);
        show(connected, answer, Shown.class, this::print);
        return ExitCode.SUCCESS;
    }

    private void print(Shown file) {
        session().print(Terminal.clean("File %d: %s".formatted(file.fileId(), file.status())));
        line("item", file.item());
        line("name", file.filename());
        line("size", file.sizeBytes() == null ? null : file.sizeBytes() + " bytes");
        line("sha256", file.sha256());
        line("node", file.node());
        line("took", file.durationSeconds() == null ? null : TaskTimes.took(file.durationSeconds()));
        line("error", reason(file.error(), file.errorCode()));
        if (file.attempts() != null) {
            for (Attempt attempt : file.attempts()) {
                String node = attempt.node() == null ? "" : " on " + attempt.node();
                line(
                        "attempt " + attempt.attempt(),
                        "%s%s at %s".formatted(attempt.ended(), node, TaskTimes.local(attempt.endedAt())));
                line("", reason(attempt.error(), attempt.errorCode()));
            }
        }
    }

    private static @Nullable String reason(@Nullable String error, @Nullable String code) {
        return error == null ? null : code == null ? error : error + " (" + code + ")";
    }

    private void line(String what, @Nullable String value) {
        if (value != null) {
            session().print("  %-10s ".formatted(what) + Terminal.clean(value));
        }
    }

    private record Shown(
            long fileId,
            String item,
            String filename,
            String status,
            @Nullable Long sizeBytes,
            @Nullable String sha256,
            @Nullable String node,
            @Nullable Double durationSeconds,
            @Nullable String error,
            @Nullable String errorCode,
            @Nullable List<Attempt> attempts) {}

    private record Attempt(
            int attempt,
            String ended,
            @Nullable String node,
            @Nullable String endedAt,
            @Nullable String error,
            @Nullable String errorCode) {}
}
