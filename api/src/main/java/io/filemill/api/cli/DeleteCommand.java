package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code filemill delete}: tasks that have ended, or documents, are no more. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = {
            "Delete tasks that have ended, with their history and the uploaded files; their documents stay.",
            "Or delete documents, which then are found no more. It asks first."
        })
final class DeleteCommand extends ServerCommand {
    @Parameters(arity = "0..*", paramLabel = "TASK", description = "Ids of tasks.")
    private List<String> taskIds = List.of();

    @Option(names = "--ended", description = "Instead of ids: all of your tasks that have ended.")
    private boolean ended;

    @Option(
            names = "--document",
            paramLabel = "ID",
            description = "Instead of tasks: a document, as 'search --ids' shows it; may be given several times.")
    private List<String> documentIds = List.of();

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    DeleteCommand(Session session) {
        super(session);
    }

    @Override
    void check() {
        long kinds = Stream.of(!taskIds.isEmpty(), ended, !documentIds.isEmpty())
                .filter(given -> given)
                .count();
        if (kinds != 1) {
            throw new CommandFailure("Name either tasks, --ended or a --document");
        }
        if (!yes) {
            session().confirm(question());
        }
    }

    private String question() {
        if (ended) {
            return "Delete all of your tasks that have ended?";
        }
        return documentIds.isEmpty()
                ? "Delete %s?".formatted(count(taskIds.size(), "task"))
                : "Delete %s?".formatted(count(documentIds.size(), "document"));
    }

    @Override
    int run(Connection connected) throws IOException {
        if (ended) {
            JsonNode answer = connected.client().delete("/v1/tasks");
            show(
                    connected,
                    answer,
                    Deleted.class,
                    deleted -> session().print("Deleted " + count(deleted.deletedTasks(), "task")));
            return ExitCode.SUCCESS;
        }
        return documentIds.isEmpty()
                ? delete(connected.client(), "task", "/v1/tasks/", taskIds)
                : delete(connected.client(), "document", "/v1/documents/", documentIds);
    }

    /** Goes on after one that cannot be deleted. */
    private int delete(FilemillClient client, String what, String path, List<String> ids) throws IOException {
        ArrayNode deleted = JsonNodeFactory.instance.arrayNode();
        int exitCode = ExitCode.SUCCESS;
        for (String id : ids) {
            try {
                client.delete(path + FilemillClient.encode(id));
                deleted.add(id);
            } catch (ProblemException e) {
                session().note(Terminal.clean(String.valueOf(e.getMessage())));
                exitCode = Math.max(exitCode, e.exitCode());
            }
        }
        if (wantsJson()) {
            ObjectNode answer = JsonNodeFactory.instance.objectNode().put("deleted_" + what + "s", deleted.size());
            answer.set(what + "_ids", deleted);
            session().print(answer);
        } else {
            String all = deleted.size() == ids.size() ? "" : " of " + ids.size();
            session().print("Deleted " + count(deleted.size(), what) + all);
        }
        return exitCode;
    }

    private static String count(int number, String what) {
        return number == 1 ? "1 " + what : number + " " + what + "s";
    }

    private record Deleted(int deletedTasks) {}
}
