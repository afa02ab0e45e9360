package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code filemill whoami}: whom the server takes the caller for. */
@Command(
        name = "whoami",
        mixinStandardHelpOptions = true,
        description = "Show as whom you are signed in, and what you may do.")
final class WhoamiCommand extends ServerCommand {
    WhoamiCommand(Session session) {
        super(session);
    }

    @Override
    int run(Connection connected) throws IOException {
        JsonNode answer = connected.client().get("/v1/me", JsonNode.class);
        show(connected, answer, Me.class, this::print);
        return ExitCode.SUCCESS;
    }

    private void print(Me me) {
        session().print(Terminal.clean("User %s".formatted(me.userId())));
        line("sign-in", me.signedInBy().replace('_', ' '));
        line("key", me.keyId());
        line("until", me.expiresAt() == null ? null : TaskTimes.local(me.expiresAt()));
        line("may", String.join(", ", me.scopes()));
        if (me.notice() != null) {
            session().note(Terminal.clean(me.notice()));
        }
    }

    private void line(String what, @Nullable String value) {
        if (value != null) {
            session().print("  %-10s ".formatted(what) + Terminal.clean(value));
        }
    }

    private record Me(
            String userId,
            List<String> scopes,
            String signedInBy,
            @Nullable String keyId,
            @Nullable String expiresAt,
            @Nullable String notice) {}
}
