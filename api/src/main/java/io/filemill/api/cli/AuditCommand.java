package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code filemill audit}: who changed what. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = "List who changed what, newest first. Needs an administrator's key where callers sign in.")
final class AuditCommand extends ServerCommand {
    @Option(names = "--user", paramLabel = "USER", description = "Only what this user did.")
    private @Nullable String user;

    @Option(
            names = "--subject",
            paramLabel = "ID",
            description = "Only what was done to this task, file or key, or to a limit like 'user ann'.")
    private @Nullable String subject;

    @Option(names = "--limit", paramLabel = "N", description = "How many to list (default: ${DEFAULT-VALUE}).")
    private int limit = 100;

    AuditCommand(Session session) {
        super(session);
    }

    @Override
    void check() {
        requireAtLeastOne(limit);
    }

    @Override
    int run(Connection connected) throws IOException {
        var query = new Query("/v1/audit").with("user", user).with("subject", subject);
        JsonNode answer = Pages.get(connected.client(), query.toString(), "events", limit);
        show(connected, answer, Page.class, this::print);
        return ExitCode.SUCCESS;
    }

    private void print(Page page) {
        var table = new Table("TIME", "USER", "FROM", "ACTION", "SUBJECT", "DETAIL");
        for (Event event : page.events()) {
            table.add(
                    TaskTimes.local(event.happenedAt()),
                    event.userId(),
                    event.client(),
                    event.action(),
                    event.subject(),
                    event.detail().isEmpty() ? "-" : event.detail().toString());
        }
        print(table, "There are no such entries");
        if (page.nextCursor() != null) {
            session().note("There are older entries: --limit " + limit * 10L);
        }
    }

    private record Page(List<Event> events, @Nullable String nextCursor) {}

    private record Event(
            String happenedAt, String userId, String client, String action, String subject, JsonNode detail) {}
}
