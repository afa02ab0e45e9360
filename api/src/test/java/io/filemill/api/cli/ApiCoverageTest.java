package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command line does all that the API does: of each operation that the OpenAPI document has, a command sends all that it takes. */
final class ApiCoverageTest {
    private static final String TASK_OPTIONS =
            " --processor noop --settings {} --priority 9 --not-before 2027-01-31T22:00:00Z"
                    + " --replace-duplicates --skip-previously-failed --timeout 60 --stall-timeout 30 --max-attempts 2 --detach";

    /** Operations of the API, and what a person types; {@code DIR} is a folder with a manifest and a file. */
    private static final Map<String, List<String>> COMMANDS = new TreeMap<>(Map.ofEntries(
            command("GET /v1", "whoami"),
            command("GET /v1/me", "whoami"),
            command("GET /v1/audit", "audit --user ann --subject t-1"),
            command("GET /v1/keys", "keys list --api-key fm_k"),
            command("POST /v1/keys", "keys create --owner ann --name mine --scope admin --days 3 --api-key fm_k"),
            command("DELETE /v1/keys/{id}", "keys revoke k-1 --api-key fm_k"),
            command(
                    "POST /v1/tasks",
                    "ingest DIR/a.txt" + TASK_OPTIONS,
                    "ingest --server-path /in/*.pdf --idempotency-key k-1" + TASK_OPTIONS,
                    "ingest --item a --item b" + TASK_OPTIONS,
                    "ingest --manifest DIR/list.csv" + TASK_OPTIONS),
            command("GET /v1/tasks", "status --status failed --outcome partial --from 2026-11-24 --before 2026-11-25"),
            command("GET /v1/tasks/{id}", "status t-1"),
            command("PATCH /v1/tasks/{id}", "priority t-1 9 --not-before 2027-01-31T22:00:00Z"),
            command("DELETE /v1/tasks/{id}", "delete t-1 --yes"),
            command("DELETE /v1/tasks", "delete --ended --yes"),
            command("POST /v1/tasks/{id}/cancel", "cancel t-1"),
            command("POST /v1/tasks/{id}/pause", "pause t-1"),
            command("POST /v1/tasks/{id}/resume", "resume t-1"),
            command("POST /v1/tasks/{id}/retry", "retry t-1 --code CORRUPT --retryable --file 7 --item a"),
            command("GET /v1/tasks/{id}/files", "files t-1 --status failed --code CORRUPT"),
            command("GET /v1/tasks/{id}/failures", "failures t-1"),
            command("GET /v1/tasks/{id}/report", "report t-1 --failed -o DIR/report.csv"),
            command("GET /v1/tasks/{id}/report.sha256", "report t-1 --failed -o DIR/report.csv"),
            command("GET /v1/tasks/{id}/events", "events t-1"),
            command("GET /v1/events", "events"),
            command("GET /v1/files/{id}", "file 7"),
            command("POST /v1/files/{id}/cancel", "cancel --file 7"),
            command("POST /v1/files/{id}/retry", "retry --file 7"),
            command("GET /v1/quarantine", "quarantine"),
            command("GET /v1/search", "search words --offset 10"),
            command("DELETE /v1/documents/{id}", "delete --document d-1 --yes"),
            command("GET /v1/nodes", "nodes"),
            command("GET /v1/stats/queue", "stats"),
            command("GET /v1/stats/queue/history", "stats --history"),
            command("GET /v1/limits", "limits"),
            command("GET /v1/limits/{scope}/{name}", "limits get user ann"),
            command(
                    "PUT /v1/limits/{scope}/{name}",
                    "limits set user ann --max-running 4 --rate 1 --burst 2 --max-queued-files 9 --max-queued-bytes 9"),
            command("DELETE /v1/limits/{scope}/{name}", "limits delete user ann"),
            command("POST /v1/limits/{scope}/{name}/pause", "limits pause user ann"),
            command("POST /v1/limits/{scope}/{name}/resume", "limits resume user ann"),
            command("GET /v1/webhooks", "webhooks"),
            command("GET /v1/webhooks/{id}", "webhooks get w-1"),
            command(
                    "POST /v1/webhooks",
                    "webhooks create https://example.org --event task.created --description x --secret whsec_eA== --disabled"),
            command(
                    "PATCH /v1/webhooks/{id}",
                    "webhooks change w-1 --url https://example.org --event task.created --enabled false --description x"),
            command("DELETE /v1/webhooks/{id}", "webhooks delete w-1"),
            command(
                    "POST /v1/webhooks/{id}/rotate-secret",
                    "webhooks rotate-secret w-1 --secret whsec_eA== --overlap 60"),
            command("POST /v1/webhooks/{id}/test", "webhooks test w-1"),
            command("GET /v1/webhooks/{id}/deliveries", "webhooks deliveries w-1 --status failed"),
            command("GET /v1/webhooks/{id}/deliveries/{delivery}", "webhooks delivery w-1 7"),
            command("POST /v1/webhooks/{id}/deliveries/{delivery}/redeliver", "webhooks redeliver w-1 7")));

    /** What has no command: OpenRAG's routes do what others do, and the rest is for browsers and for what watches a server. */
    private static final Pattern EXCEPTIONS = Pattern.compile(
            "[A-Z]+ (?!/v1(?:/|$)).*"
                    + "|[A-Z]+ /v1/(?:docs(?:/.*)?|openapi\\.json|events/ticket|tasks/enhanced|tasks/\\{id}/enhanced|documents/ingest)");

    /** What commands do for a person, by the operations that take it. */
    private static final Map<String, String> UNTYPED = Map.of(
            "cursor", "GET .*", // lists go on by themselves
            "If-None-Match", "GET .*", // they ask once
            "wait", "GET /v1/tasks/\\{id}", // status --watch asks again
            "Last-Event-ID", "GET .*/events", // sent when a stream is lost
            "path", "POST /v1/tasks", // the same as one of the paths
            "secret", "PATCH /v1/webhooks/\\{id}"); // refused there: rotate-secret changes it

    @TempDir
    private Path folder;

    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
        server.on("GET /v1/tasks/t-1", 200, Tasks.finished(1, 0, 2))
                .on("GET /v1/tasks/t-1/report?format=csv&only=failed", 200, "path,item\r\n");
        Files.writeString(folder.resolve("a.txt"), "a");
        Files.writeString(folder.resolve("list.csv"), "path\n/in/a.pdf\n");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static Map.Entry<String, List<String>> command(String operation, String... lines) {
        return Map.entry(operation, List.of(lines));
    }

    private static JsonNode document() throws IOException {
        try (InputStream document = ApiCoverageTest.class.getResourceAsStream("/openapi/openapi.json")) {
            return JsonMapper.shared().readTree(document);
        }
    }

    private static Stream<String> operations() {
        return COMMANDS.keySet().stream();
    }

    @Test
    void everyOperationHasACommand() throws IOException {
        Set<String> operations = new TreeSet<>();
        document()
                .get("paths")
                .forEachEntry((path, methods) -> methods.propertyNames()
                        .forEach(method -> operations.add(method.toUpperCase(Locale.ROOT) + " " + path)));
        operations.removeIf(operation -> EXCEPTIONS.matcher(operation).matches());

        assertThat(COMMANDS.keySet())
                .as("a new operation needs a command, and its line in this test")
                .containsExactlyElementsOf(operations);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void itsCommandSendsAllThatItTakes(String operation) throws IOException {
        Set<String> sent = new TreeSet<>();
        for (String line : COMMANDS.get(operation)) {
            sent.addAll(send(operation, line));
        }

        assertThat(sent).containsAll(taken(operation));
    }

    /** Types a line and returns the names of all that it sent with the operation. */
    private Set<String> send(String operation, String line) {
        int before = server.requests().size();
        Cli.Result result = new Cli()
                .talkingTo(server)
                .run((line + " --json").replace("DIR", folder.toString()).split(" "));
        List<String> requests = server.requests();
        int number = requests.size() - 1;
        while (number >= before && !isOf(operation, requests.get(number))) {
            number--;
        }
        assertThat(number).as(line + ": " + requests + result.err()).isGreaterThanOrEqualTo(before);

        Set<String> sent = new TreeSet<>();
        String[] request = requests.get(number).split("\\?", 2);
        if (request.length == 2) {
            Arrays.stream(request[1].split("&"))
                    .map(parameter -> parameter.split("=")[0])
                    .forEach(sent::add);
        }
        if (!server.headers("Idempotency-Key").get(number).equals("[]")) {
            sent.add("Idempotency-Key");
        }
        if (number == requests.size() - 1) {
            server.parts().forEach(part -> sent.add(part.field()));
            if (server.lastBody().startsWith("{")) {
                sent.addAll(JsonMapper.shared().readTree(server.lastBody()).propertyNames());
            }
        }
        return sent;
    }

    private static boolean isOf(String operation, String request) {
        String path = Arrays.stream(operation.split("(?=\\{)|(?<=})"))
                .map(part -> part.startsWith("{") ? "[^/?]+" : Pattern.quote(part))
                .collect(Collectors.joining());
        return request.matches(path + "(?:\\?.*)?");
    }

    /** The names of the parameters and of the members of the body, but for those that nobody types. */
    private static Set<String> taken(String operation) throws IOException {
        String[] words = operation.split(" ");
        JsonNode document = document();
        JsonNode described =
                document.at("/paths/" + words[1].replace("/", "~1") + "/" + words[0].toLowerCase(Locale.ROOT));
        List<String> names = new ArrayList<>();
        for (JsonNode parameter : described.path("parameters")) {
            if (!parameter.get("in").stringValue().equals("path")) {
                names.add(parameter.get("name").stringValue());
            }
        }
        for (JsonNode content : described.path("requestBody").path("content")) {
            JsonNode schema = content.get("schema");
            JsonNode body = schema.has("$ref")
                    ? document.at(schema.get("$ref").stringValue().substring(1))
                    : schema;
            names.addAll(body.path("properties").propertyNames());
        }
        Set<String> taken = new TreeSet<>(names);
        taken.removeIf(name -> UNTYPED.containsKey(name) && operation.matches(UNTYPED.get(name)));
        return taken;
    }
}
