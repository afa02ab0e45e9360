package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code filemill search}: the places in the stored documents where some words occur. */
@Command(name = "search", mixinStandardHelpOptions = true, description = "Search the text of the processed documents.")
final class SearchCommand extends ServerCommand {
    private static final Pattern MARKED = Pattern.compile("\\*\\*(.+?)\\*\\*");
    private static final String BOLD = "\u001b[1m$1\u001b[0m";

    @Parameters(arity = "1..*", paramLabel = "WORDS", description = "What to search for.")
    private List<String> words = List.of();

    @Option(names = "--limit", paramLabel = "N", description = "How many hits to show (default: ${DEFAULT-VALUE}).")
    private int limit = 10;

    @Option(names = "--offset", paramLabel = "N", description = "How many hits to leave out first.")
    private int offset;

    @Option(names = "--ids", description = "Show the ids of the documents too, as 'delete --document' takes them.")
    private boolean ids;

    SearchCommand(Session session) {
        super(session);
    }

    @Override
    int run(Connection connected) throws IOException {
        String query = String.join(" ", words);
        String path = "/v1/search?q=" + FilemillClient.encode(query) + "&limit=" + limit
                + (offset == 0 ? "" : "&offset=" + offset);
        JsonNode answer = connected.client().get(path, JsonNode.class);
        show(connected, answer, Answer.class, hits -> print(query, hits));
        return ExitCode.SUCCESS;
    }

    private void print(String query, Answer answer) {
        if (answer.hits().isEmpty()) {
            session().print("Nothing found for: " + query);
            return;
        }
        for (Hit hit : answer.hits()) {
            String page = hit.page() == null ? "" : ", page " + hit.page();
            String id = ids ? ", document " + hit.documentId() : "";
            session().print(Terminal.clean(hit.filename() + page + id));
            session().print("    " + highlight(Terminal.clean(hit.snippet())));
        }
        session().note("%d of %d hits".formatted(answer.hits().size(), answer.total()));
    }

    /** A terminal shows bold what the server marks by asterisks; elsewhere the asterisks stay. */
    private String highlight(String text) {
        return session().terminal().outHasColors() ? MARKED.matcher(text).replaceAll(BOLD) : text;
    }

    private record Answer(long total, List<Hit> hits) {}

    private record Hit(
            String documentId, String filename, @Nullable Integer page, String snippet) {}
}
