package io.filemill.api.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.api.Multipart;
import io.filemill.api.RunningApi;
import io.filemill.api.RunningApi.Answer;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.document.Chunk;
import io.filemill.db.document.ChunkType;
import io.filemill.db.document.DocumentRepository;
import io.filemill.db.document.NewDocument;
import io.filemill.db.failure.Failure;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.TaskStatus;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.web.servlet.DispatcherServlet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The published description of the API against the server that publishes it. {@link RunningApi} holds every answer of it against that. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenApiIT {
    private static final Path STORED = Path.of("src/main/resources/openapi/openapi.json");

    private RunningApi api;
    private TestDatabase database;
    private Path root;

    @BeforeAll
    void start(TestDatabase database, @TempDir Path folder) throws IOException {
        this.database = database;
        root = Files.createDirectory(folder.toRealPath().resolve("root"));
        api = RunningApi.start(
                Map.of("filemill.db.url", database.url, "filemill.db.data-dir", folder, "filemill.ingest-roots", root));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    /** With {@code -Dfilemill.test.openapi.write=true} it writes the document that it expects. */
    @Test
    void theStoredDocumentSaysWhatTheCodeDoes() throws IOException {
        assertThat(api.get("/v1").status()).isEqualTo(200); // the servlet finds its routes with its first request
        ObjectNode made = OpenApiDocument.of(api.bean(DispatcherServlet.class), api.bean(JsonMapper.class));
        if (Boolean.getBoolean("filemill.test.openapi.write")) {
            var pretty = JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build();
            Files.writeString(STORED, pretty.writeValueAsString(made) + "\n");
        }
        JsonNode stored = new JsonMapper().readTree(Files.readString(STORED));
        JsonNode expected = new JsonMapper().readTree(made.toString());
        Set<String> differences = new TreeSet<>();
        compare("", stored, expected, differences);
        assertThat(differences)
                .as(
                        "Routes, records or their comments have changed. Run this test with -Dfilemill.test.openapi.write=true,"
                                + " look at what it changed in openapi.json, and commit that with them.")
                .isEmpty();
    }

    private static void compare(String where, JsonNode stored, JsonNode expected, Set<String> differences) {
        if (stored.isObject() && expected.isObject()) {
            Set<String> names = new TreeSet<>(stored.propertyNames());
            names.addAll(expected.propertyNames());
            names.forEach(name -> compare(where + "/" + name, stored.path(name), expected.path(name), differences));
        } else if (!stored.equals(expected)) {
            differences.add(where + ": " + stored + " should be " + expected);
        }
    }

    @Test
    void everyRouteIsDocumentedAndNothingElse() {
        assertThat(api.get("/v1").status()).isEqualTo(200);
        assertThat(Contract.documentedOperations().stream().map(operation -> operation.verb() + " " + operation.path()))
                .containsExactlyInAnyOrderElementsOf(OpenApiDocument.routes(api.bean(DispatcherServlet.class)).stream()
                        .map(route -> route.verb() + " " + route.path())
                        .collect(Collectors.toSet()));
    }

    @Test
    void everyOperationExplainsItself() {
        JsonNode document = api.get("/v1/openapi.json").json();
        assertThat(document.path("openapi").stringValue()).startsWith("3.1");
        assertThat(Contract.danglingReferences(document)).isEmpty();
        assertThat(Contract.documentedOperations()).allSatisfy(operation -> {
            assertThat(operation.node().path("summary").asString(""))
                    .isNotBlank()
                    .doesNotContain("{@");
            assertThat(operation.node().path("parameters"))
                    .as("parameters")
                    .allSatisfy(parameter -> assertThat(
                                    parameter.path("description").asString(""))
                            .as(parameter.path("name").asString())
                            .isNotBlank());
        });
        assertThat(Contract.documentedOperations().stream()
                        .map(operation -> operation.node().path("operationId").stringValue()))
                .doesNotHaveDuplicates();
    }

    @Test
    void theExamplesAreWhatTheyShow() {
        for (var operation : Contract.documentedOperations()) {
            JsonNode media =
                    operation.node().path("requestBody").path("content").path("application/json");
            if (media.has("example")) {
                assertThat(api.contract()
                                .errors(
                                        media.path("schema"),
                                        media.path("example").toString()))
                        .as(operation.name())
                        .isEmpty();
            }
        }
    }

    @Test
    void thePageNeedsNothingFromElsewhere() {
        Answer page = api.get("/v1/docs");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Security-Policy"))
                .startsWith("default-src 'none'")
                .doesNotContain("unsafe");
        assertThat(page.text()).doesNotContain("http").doesNotContain("<style").doesNotContain("style=");
        for (String asset : page.text()
                .replaceAll("(?s).*?(?:href|src)=\"(docs/[^\"]+)\"", "$1\n")
                .split("\n")) {
            if (asset.startsWith("docs/")) {
                assertThat(api.get("/v1/" + asset).status()).as(asset).isEqualTo(200);
            }
        }
        assertThat(api.get("/v1/docs/index.html").status()).isEqualTo(404);
        assertThat(api.get("/v1/docs/..%2fapplication.yml").status()).isIn(400, 404);
    }

    private Answer delete(String path) {
        return api.send(HttpRequest.newBuilder(api.uri(path)).DELETE());
    }

    private Answer send(String verb, String path, String contentType, String body) {
        return api.send(HttpRequest.newBuilder(api.uri(path))
                .header("Content-Type", contentType)
                .method(verb, BodyPublishers.ofString(body)));
    }

    private static String id(Answer accepted) {
        assertThat(accepted.status()).as(accepted.text()).isBetween(201, 202);
        return accepted.json().get("task_id").stringValue();
    }

    private void end(String task, int index, Failure failure) {
        FileTask file = database.fileTasks
                .list(UUID.fromString(task), null, null, 0, 10)
                .get(index);
        assertThat(database.fileTasks.claim(file.id(), file.attempt(), database.node()))
                .isPresent();
        database.fileTasks.finish(List.of(
                failure == null
                        ? FinishedFile.with(
                                file.id(),
                                file.attempt(),
                                TaskStatus.COMPLETED,
                                JsonNodeFactory.instance.objectNode().put("status", "indexed"))
                        : FinishedFile.failed(file.id(), file.attempt(), failure)));
    }

    @Test
    void everyOperationAnswersAsItIsDescribed() throws IOException {
        submissions();
        tasksAndFiles();
        limits();
        searchAndDocuments();
        openRag();
        errorsOfEveryRoute();
        everyOperationThatIsLeft();
        Set<String> answered = api.contract().answered().stream()
                .map(name -> name.replaceAll(" \\d+$", ""))
                .collect(Collectors.toSet());
        assertThat(Contract.documentedOperations())
                .filteredOn(operation -> !isEndless(operation))
                .extracting(Contract.Operation::name)
                .isSubsetOf(answered);
    }

    private void submissions() throws IOException {
        Files.writeString(root.resolve("a.txt"), "a");
        assertThat(id(api.postMultipart(
                        "/v1/tasks",
                        "key-1",
                        new Multipart()
                                .file("a.txt", "a")
                                .field("priority", "7")
                                .field("settings", "{\"a\": [1]}"))))
                .isNotBlank();
        assertThat(id(api.postJson("/v1/tasks", "{\"path\": \"" + root + "\"}")))
                .isNotBlank();
        assertThat(id(send("POST", "/v1/tasks?processor=noop", "application/x-ndjson", "\"b\"\n")))
                .isNotBlank();
        assertThat(id(send("POST", "/v1/tasks?processor=noop", "text/csv", "item\nc\n")))
                .isNotBlank();
        assertThat(api.postJson("/v1/tasks", "{}").status()).isEqualTo(400);
        assertThat(api.postJson("/v1/tasks", "{\"path\": \"/etc\"}").status()).isEqualTo(403);
        assertThat(api.postJson("/v1/tasks", "{\"processor\": \"other\", \"items\": [\"a\"]}")
                        .status())
                .isEqualTo(400);
        assertThat(api.postMultipart("/v1/tasks", "key-1", new Multipart().file("b.txt", "b"))
                        .status())
                .isEqualTo(422);
        assertThat(send("POST", "/v1/tasks", "text/plain", "a").status()).isEqualTo(415);
    }

    private void tasksAndFiles() {
        String task = id(api.postJson("/v1/tasks", "{\"processor\": \"noop\", \"items\": [\"a\", \"b\", \"c\"]}"));
        end(task, 0, null);
        end(task, 1, TestDatabase.corrupt());
        String path = "/v1/tasks/" + task;
        for (String read : List.of(
                "/v1/tasks?limit=2&status=running",
                "/v1/tasks?outcome=failed&created_from=2020-01-01T00:00:00Z&created_before=2120-01-01T00:00:00Z",
                path,
                path + "/files?limit=2",
                path + "/files?status=failed&error_code=CORRUPT",
                path + "/enhanced",
                "/v1/tasks/enhanced",
                "/v1/stats/queue")) {
            Answer answer = api.get(read);
            assertThat(answer.status()).as(read).isEqualTo(200);
            assertThat(api.send(HttpRequest.newBuilder(api.uri(read)).header("If-None-Match", answer.header("ETag")))
                            .status())
                    .as(read)
                    .isEqualTo(304);
        }
        assertThat(api.get("/v1/tasks?outcome=odd").status()).isEqualTo(400);
        assertThat(api.get("/v1/tasks?created_from=yesterday").status()).isEqualTo(400);
        long file = database.fileIds(UUID.fromString(task)).get(1);
        assertThat(api.postJson(path + "/retry", "{\"retryable\": false}").status())
                .isEqualTo(202);
        end(task, 1, TestDatabase.corrupt());
        assertThat(api.get("/v1/files/" + file).json().get("attempts").size()).isEqualTo(1);
        assertThat(api.post("/v1/files/" + file + "/cancel").status()).isEqualTo(409);
        assertThat(api.post("/v1/files/" + file + "/retry").status()).isEqualTo(202);
        assertThat(api.post("/v1/files/" + file + "/cancel").status()).isEqualTo(200);
        assertThat(api.get("/v1/quarantine").status()).isEqualTo(200);
        assertThat(send("PATCH", path, "application/json", "{\"priority\": 9}").status())
                .isEqualTo(200);
        assertThat(api.post(path + "/pause").status()).isEqualTo(200);
        assertThat(api.post(path + "/resume").status()).isEqualTo(200);
        assertThat(delete(path).status()).isEqualTo(409);
        assertThat(api.post(path + "/cancel").status()).isEqualTo(200);
        assertThat(api.post(path + "/pause").status()).isEqualTo(409);
        assertThat(delete(path).status()).isEqualTo(204);
        assertThat(delete(path).status()).isEqualTo(404);
        assertThat(delete("/v1/tasks").json().get("deleted_tasks").intValue()).isZero();
        assertThat(api.get("/v1/nodes").status()).isEqualTo(200);
    }

    private void limits() {
        String path = "/v1/limits/user/ann";
        assertThat(send("PUT", path, "application/json", "{\"max_running\": 2, \"rate_per_second\": 1.5}")
                        .status())
                .isEqualTo(200);
        assertThat(api.get(path).status()).isEqualTo(200);
        assertThat(api.get("/v1/limits").status()).isEqualTo(200);
        assertThat(api.post(path + "/pause").status()).isEqualTo(200);
        assertThat(api.post(path + "/resume").status()).isEqualTo(200);
        assertThat(send("PUT", path, "application/json", "{\"max_running\": 0}").status())
                .isEqualTo(400);
        assertThat(delete(path).status()).isEqualTo(204);
        assertThat(delete(path).status()).isEqualTo(404);
        String everyone = "/v1/limits/user/*";
        assertThat(send("PUT", everyone, "application/json", "{\"max_queued_files\": 100}")
                        .status())
                .isEqualTo(200);
        String items =
                IntStream.range(0, 101).mapToObj(i -> "\"" + i + "\"").collect(Collectors.joining(",", "[", "]"));
        assertThat(api.postJson("/v1/tasks", "{\"processor\": \"noop\", \"items\": " + items + "}")
                        .status())
                .isEqualTo(413);
        assertThat(delete(everyone).status()).isEqualTo(204);
    }

    private void searchAndDocuments() {
        String document = "cd".repeat(32);
        api.bean(DocumentRepository.class)
                .store(
                        new NewDocument("anonymous", document, "a.pdf", "application/pdf", 3, 2, null, Map.of(), 1),
                        List.of(new Chunk(1, ChunkType.TEXT, null, "The quick brown fox")),
                        true);
        assertThat(api.get("/v1/search?q=fox").json().get("total").intValue()).isEqualTo(1);
        assertThat(api.get("/v1/search").status()).isEqualTo(400);
        assertThat(delete("/v1/documents/" + document).status()).isEqualTo(204);
        assertThat(api.get("/v1/search?q=fox").json().get("total").intValue()).isZero();
        assertThat(delete("/v1/documents/" + document).status()).isEqualTo(404);
    }

    private void openRag() {
        assertThat(api.get("/upload_options").status()).isEqualTo(200);
        assertThat(api.postJson("/upload_path", "{\"path\": \"" + root + "\"}").status())
                .isEqualTo(201);
        assertThat(api.postJson("/upload_bucket", "{\"s3_url\": \"s3://bucket\"}")
                        .status())
                .isEqualTo(400);
        assertThat(api.postMultipart("/v1/documents/ingest", new Multipart().file("d.txt", "d"))
                        .status())
                .isEqualTo(202);
        assertThat(api.postMultipart("/v1/documents/ingest", new Multipart().field("settings", "{}"))
                        .status())
                .isEqualTo(400);
        String task = id(api.postMultipart(
                "/router/upload_ingest", new Multipart().file("a", "a").file("b", "b")));
        String path = "/tasks/" + task;
        assertThat(api.post(path + "/retry").status()).isEqualTo(409);
        assertThat(delete(path).status()).isEqualTo(409);
        end(task, 0, TestDatabase.unavailable());
        assertThat(api.postJson(path + "/files/cancel", "{\"file_path\": \"b\"}")
                        .status())
                .isEqualTo(200);
        assertThat(api.postJson(path + "/files/cancel", "{\"file_path\": \"b\"}")
                        .status())
                .isEqualTo(400);
        for (String read : List.of("/tasks", "/tasks/enhanced", path, path + "/enhanced")) {
            assertThat(api.get(read).status()).as(read).isEqualTo(200);
        }
        assertThat(api.post(path + "/cancel").status()).isEqualTo(400);
        assertThat(api.post(path + "/retry").status()).isEqualTo(202);
        assertThat(api.post(path + "/cancel").status()).isEqualTo(200);
        assertThat(api.postJson(path + "/retry", "{\"file_paths\": [\"x\"]}").status())
                .isEqualTo(400);
        assertThat(delete(path).status()).isEqualTo(200);
        assertThat(delete(path).status()).isEqualTo(404);
        assertThat(delete("/tasks").status()).isEqualTo(200);
    }

    /** What a client does wrong with any address. */
    private void errorsOfEveryRoute() {
        assertThat(api.get("/v1/nothing").status()).isEqualTo(404);
        assertThat(send("PUT", "/v1/tasks", "application/json", "{}").status()).isEqualTo(405);
        assertThat(api.send(HttpRequest.newBuilder(api.uri("/v1/tasks")).method("OPTIONS", BodyPublishers.noBody()))
                        .status())
                .isEqualTo(200);
        assertThat(api.send(HttpRequest.newBuilder(api.uri("/v1/tasks")).method("HEAD", BodyPublishers.noBody()))
                        .status())
                .isEqualTo(200);
        assertThat(api.send(HttpRequest.newBuilder(api.uri("/v1/tasks")).header("Accept", "text/html"))
                        .status())
                .isEqualTo(406);
        assertThat(api.send(HttpRequest.newBuilder(api.uri("/v1/tasks")).header("Content-Encoding", "gzip"))
                        .status())
                .isEqualTo(415);
        assertThat(api.get("/v1/tasks?unknown=1").status()).isEqualTo(200);
    }

    /** Those that no scenario came to are asked for what does not exist. */
    private void everyOperationThatIsLeft() {
        Set<String> answered = api.contract().answered().stream()
                .map(name -> name.replaceAll(" \\d+$", ""))
                .collect(Collectors.toSet());
        for (var operation : Contract.documentedOperations()) {
            if (!answered.contains(operation.name()) && !isEndless(operation)) {
                String path = operation
                        .path()
                        .replaceAll("\\{[^}]*}", UUID.randomUUID().toString());
                var request = HttpRequest.newBuilder(api.uri(path)).header("Accept", "*/*");
                boolean body =
                        operation.node().path("requestBody").path("content").has("application/json");
                if (body) {
                    request.header("Content-Type", "application/json");
                }
                assertThat(api.send(request.method(
                                        operation.verb().toUpperCase(Locale.ROOT),
                                        body ? BodyPublishers.ofString("{}") : BodyPublishers.noBody()))
                                .status())
                        .as(operation.name())
                        .isLessThan(500);
            }
        }
    }

    /** A stream of events ends only with its client. */
    private static boolean isEndless(Contract.Operation operation) {
        return !operation.path().contains("{")
                && operation
                        .node()
                        .path("responses")
                        .path("200")
                        .path("content")
                        .has("text/event-stream");
    }
}
