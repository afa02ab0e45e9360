package io.filemill.api;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.api.RunningApi.Answer;
import io.filemill.db.TestDatabase;
import io.filemill.db.document.Chunk;
import io.filemill.db.document.ChunkType;
import io.filemill.db.document.DocumentRepository;
import io.filemill.db.document.NewDocument;
import io.filemill.db.failure.Failure;
import io.filemill.db.key.ApiKeys;
import io.filemill.db.key.NewApiKey;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.TaskStatus;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.node.JsonNodeFactory;

/** What random requests find in a server: some of everything, of the user who sends them and of another one. */
final class FuzzedData {
    private static final String USER = "anonymous";
    private static final String ANOTHER_USER = "bob";

    private final RunningApi api;
    private final TestDatabase database;
    private final Path root;
    private final UUID node;
    private final String authorization;

    /**
     * @param root a folder that may be ingested
     */
    FuzzedData(RunningApi api, TestDatabase database, Path root) {
        this.api = api;
        this.database = database;
        this.root = root;
        database.manyNodes(); // which have room for all files
        node = database.node();
        var key = new NewApiKey(USER, "", List.of("admin", "knowledge:upload", "knowledge:read:own"), null);
        authorization = "Bearer " + new ApiKeys(database.jdbc).create(key).secret();
    }

    /** Fills the server, and tells what is in it. */
    FuzzedServer server() {
        List<UUID> own = IntStream.range(0, 40).mapToObj(this::task).toList();
        List<UUID> others =
                Stream.generate(() -> database.submit(ANOTHER_USER, 2)).limit(5).toList();
        List<UUID> tasks = Stream.of(own, others).flatMap(List::stream).toList();
        List<String> files = texts(tasks.stream().flatMap(task -> database.fileIds(task).stream()));
        List<String> webhooks = made(6, "/v1/webhooks", "{\"url\": \"http://127.0.0.1:9/\"}", "id");
        List<String> deliveries = webhooks.stream()
                .flatMap(id -> made(4, "/v1/webhooks/" + id + "/test", "", "id").stream())
                .toList();
        List<String> paths = List.of(root.toString(), root + "/a.txt", root + "/*");
        List<String> items = List.of("a.txt", "b.txt", "file 1");
        Map<String, List<String>> known = Map.ofEntries(
                entry("tasks", texts(tasks.stream())),
                entry("subject", texts(tasks.stream())),
                entry("files", files),
                entry("file_ids", files),
                entry("items", items),
                entry("file_path", items),
                entry("file_paths", items),
                entry("path", paths),
                entry("paths", paths),
                entry("processor", List.of("noop", "document")),
                entry(
                        "documents",
                        IntStream.range(0, 5).mapToObj(this::document).toList()),
                entry("webhooks", webhooks),
                entry("deliveries", deliveries),
                entry("url", List.of("http://127.0.0.1:9/hook")),
                entry("keys", made(10, "/v1/keys", "{\"owner\": \"ann\"}", "id")),
                entry("ticket", made(3, "/v1/events/ticket", "", "ticket")),
                entry("limits", List.of("user", "processor", "sink", "cluster")),
                entry("{scope}", List.of("ann", "noop", "opensearch")),
                entry("wait", List.of("0", "1")),
                entry("health", List.of("liveness", "readiness")),
                entry("docs", List.of("docs.js", "docs.css")));
        return FuzzedServer.of(api.get("/v1/openapi.json").json(), known, List.of("Authorization: " + authorization));
    }

    private static List<String> texts(Stream<?> ids) {
        return ids.map(Object::toString).toList();
    }

    /** A task with uploaded files, which are all pending, or completed, or one failed, or cancelled. */
    private UUID task(int number) {
        var files = new Multipart()
                .file("a.txt", "a " + number)
                .file("b.txt", "b " + number)
                .field("processor", "noop");
        UUID task = UUID.fromString(send("/v1/tasks", files.contentType(), files.bytes())
                .json()
                .path("task_id")
                .stringValue());
        switch (number % 4) {
            case 1 -> end(task, List.of());
            case 2 -> end(task, List.of(TestDatabase.corrupt(), TestDatabase.unavailable()));
            case 3 -> database.uploadTasks.cancel(USER, task);
            default -> {}
        }
        return task;
    }

    /** Ends the first files of a task with the failures, and the others without one. */
    private void end(UUID task, List<Failure> failures) {
        List<FileTask> files = database.fileTasks.list(task, null, null, 0, 10);
        for (int i = 0; i < files.size(); i++) {
            FileTask file = files.get(i);
            assertThat(database.fileTasks.claim(file.id(), file.attempt(), node))
                    .isPresent();
            database.fileTasks.finish(List.of(
                    i < failures.size()
                            ? FinishedFile.failed(file.id(), file.attempt(), failures.get(i))
                            : FinishedFile.with(
                                    file.id(),
                                    file.attempt(),
                                    TaskStatus.COMPLETED,
                                    JsonNodeFactory.instance.objectNode())));
        }
    }

    private String document(int number) {
        String sha256 = ("a" + number).repeat(32);
        api.bean(DocumentRepository.class)
                .store(
                        new NewDocument(USER, sha256, "a.pdf", "application/pdf", 3, 1, null, Map.of(), 1),
                        List.of(new Chunk(1, ChunkType.TEXT, null, "null true noop document number " + number)),
                        true);
        return sha256;
    }

    /** Sends a request so often; returns a member of each answer. */
    private List<String> made(int times, String path, String json, String member) {
        return Stream.generate(() -> send(path, "application/json", json.getBytes(StandardCharsets.UTF_8))
                        .json()
                        .path(member)
                        .asString())
                .limit(times)
                .toList();
    }

    private Answer send(String path, String contentType, byte[] body) {
        Answer answer = api.send(HttpRequest.newBuilder(api.uri(path))
                .header("Authorization", authorization)
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofByteArray(body)));
        assertThat(answer.status()).as(answer.text()).isBetween(201, 202);
        return answer;
    }
}
