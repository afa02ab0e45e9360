package io.filemill.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.api.RunningApi.Answer;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.document.Chunk;
import io.filemill.db.document.ChunkType;
import io.filemill.db.document.DocumentRepository;
import io.filemill.db.document.NewDocument;
import io.filemill.db.failure.Failure;
import io.filemill.db.failure.Phase;
import io.filemill.db.storage.FileStore;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The routes below /v1, on a real server and a real database. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiIT {
    private RunningApi api;
    private TestDatabase database;
    private Path folder;
    private Path root;

    @BeforeAll
    void start(TestDatabase database, @TempDir Path folder) throws IOException {
        this.database = database;
        this.folder = folder.toRealPath();
        root = Files.createDirectory(this.folder.resolve("root"));
        api = startServer();
    }

    private RunningApi startServer() {
        return RunningApi.start(Map.of(
                "filemill.db.url", database.url,
                "filemill.db.data-dir", folder,
                "filemill.ingest-roots", root));
    }

    /** So that each test finds room for its files in the window. */
    @BeforeEach
    void emptyTheDatabase() {
        database.empty();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private static String id(Answer accepted) {
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(201);
        return accepted.json().get("task_id").stringValue();
    }

    private String submitItems(int count) {
        var items = JsonNodeFactory.instance.arrayNode();
        IntStream.rangeClosed(1, count).forEach(i -> items.add("item " + i));
        return id(api.postJson("/v1/tasks", "{\"processor\": \"noop\", \"items\": " + items + "}"));
    }

    /** Runs files of a task to their end; every third fails. */
    private void finish(String task, int count) {
        UUID node = database.node();
        for (FileTask file : database.fileTasks.list(UUID.fromString(task), TaskStatus.PENDING, null, 0, count)) {
            assertThat(database.fileTasks.claim(file.id(), file.attempt(), node))
                    .isPresent();
            database.fileTasks.finish(List.of(
                    file.id() % 3 == 0
                            ? FinishedFile.failed(file.id(), file.attempt(), TestDatabase.corrupt())
                            : FinishedFile.with(
                                    file.id(),
                                    file.attempt(),
                                    TaskStatus.COMPLETED,
                                    JsonNodeFactory.instance.objectNode().put("status", "indexed"))));
        }
    }

    private List<JsonNode> pages(String path, String list, int expectedPages) {
        List<JsonNode> entries = new ArrayList<>();
        String cursor = "";
        for (int page = 1; page <= expectedPages; page++) {
            JsonNode json = api.get(path + cursor).json();
            json.get(list).forEach(entries::add);
            assertThat(json.get("next_cursor").isNull()).as("page " + page).isEqualTo(page == expectedPages);
            cursor = "&cursor=" + json.get("next_cursor").asString();
        }
        return entries;
    }

    @Test
    void saysItsNameAndVersion() {
        assertThat(api.get("/v1").text()).matches("\\{\"name\":\"filemill\",\"version\":\"[0-9].*\"}");
    }

    @Test
    void isReadyAndAlive() {
        for (String path : List.of(
                "/actuator/health/readiness",
                "/actuator/health/liveness",
                "/actuator/health/started",
                "/actuator/health",
                "/readyz",
                "/livez",
                "/startedz")) {
            assertThat(api.get(path).status()).as(path).isEqualTo(200);
        }
        assertThat(api.get("/actuator/env").status()).isEqualTo(404);
    }

    // T-VI-3
    @Test
    void anUploadIsSeenAtOnceOnEveryServer() {
        try (RunningApi other = startServer()) {
            Answer accepted = api.postMultipart(
                    "/v1/tasks", new Multipart().file("a.txt", "hello").file("b/ü.txt", "world"));
            assertThat(accepted.text())
                    .isEqualTo("{\"task_id\":\"" + id(accepted)
                            + "\",\"total_files\":2,\"status\":\"accepted\",\"duplicates_ignored\":0}");
            String location = accepted.header("Location");
            assertThat(location).isEqualTo("/v1/tasks/" + id(accepted));
            assertThat(other.get(location).status()).isEqualTo(200);
            assertThat(other.get("/tasks/" + id(accepted)).status()).isEqualTo(200);
            JsonNode files = other.get(location + "/files").json().get("files");
            assertThat(files.valueStream().map(file -> file.get("item").stringValue()))
                    .containsExactly("a.txt", "b/ü.txt");
            String storedAs = database.jdbc
                    .sql("select stored_as from file_task where filename = 'ü.txt'")
                    .query(String.class)
                    .single();
            assertThat(other.bean(FileStore.class).path(storedAs)).hasContent("world");
        }
    }

    @Test
    void showsATaskWithAllItsNumbers() {
        String task = submitItems(4);
        finish(task, 2);
        JsonNode json = api.get("/v1/tasks/" + task).json();
        assertThat(json.propertyNames())
                .containsExactly(
                        "task_id",
                        "processor",
                        "settings",
                        "priority",
                        "not_before",
                        "paused",
                        "paused_by",
                        "timeout_seconds",
                        "stall_timeout_seconds",
                        "max_attempts",
                        "status",
                        "outcome",
                        "error",
                        "total_files",
                        "processed_files",
                        "successful_files",
                        "failed_files",
                        "skipped_files",
                        "running_files",
                        "pending_files",
                        "duplicates_ignored",
                        "preparing",
                        "files_per_second",
                        "eta_seconds",
                        "files_ahead",
                        "created_at",
                        "started_at",
                        "updated_at",
                        "finished_at",
                        "duration_seconds");
        assertThat(json.get("status").stringValue()).isEqualTo("running");
        assertThat(json.get("outcome").isNull()).isTrue();
        assertThat(json.get("processed_files").intValue()).isEqualTo(2);
        assertThat(json.get("pending_files").intValue()).isEqualTo(2);
        assertThat(json.get("finished_at").isNull()).isTrue();
        assertThat(Instant.parse(json.get("created_at").stringValue()))
                .isBeforeOrEqualTo(Instant.parse(json.get("started_at").stringValue()));
        assertThat(json.get("created_at").stringValue()).endsWith("Z");
    }

    // T-VI-9
    @Test
    void theOutcomeTellsWhatCompletedHides() {
        String task = submitItems(6);
        finish(task, 6);
        JsonNode json = api.get("/v1/tasks/" + task).json();
        assertThat(json.get("status").stringValue()).isEqualTo("completed");
        assertThat(json.get("outcome").stringValue()).isEqualTo("partial");
        assertThat(json.get("successful_files").intValue()).isEqualTo(4);
        assertThat(json.get("failed_files").intValue()).isEqualTo(2);
        Duration duration = Duration.between(
                Instant.parse(json.get("created_at").stringValue()),
                Instant.parse(json.get("finished_at").stringValue()));
        assertThat(json.get("duration_seconds").doubleValue()).isEqualTo(duration.toMillis() / 1000.0);
    }

    // T-VI-4
    @Test
    void listsTasksPageByPageNewestFirst() {
        List<String> newestFirst = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            newestFirst.add(0, database.submit("anonymous", 1).toString());
        }
        database.submit("somebody else", 1);
        assertThat(pages("/v1/tasks?limit=100", "tasks", 3))
                .extracting(task -> task.get("task_id").stringValue())
                .containsExactlyElementsOf(newestFirst);
        assertThat(pages("/v1/tasks?limit=250", "tasks", 1)).hasSize(250);
        assertThat(pages("/v1/tasks?limit=249", "tasks", 2)).hasSize(250);
    }

    // T-VI-4
    @Test
    void listsFilesPageByPageInOrderAndByStatusAndError() {
        String task = submitItems(250);
        finish(task, 30);
        String path = "/v1/tasks/" + task + "/files";
        assertThat(pages(path + "?limit=100", "files", 3))
                .extracting(file -> file.get("item").stringValue())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 250).mapToObj(i -> "item " + i).toList());
        assertThat(pages(path + "?status=pending&limit=200", "files", 2)).hasSize(220);
        assertThat(pages(path + "?status=completed&limit=9", "files", 3)).hasSize(20);
        assertThat(pages(path + "?error_code=CORRUPT&limit=10", "files", 1))
                .hasSize(10)
                .allSatisfy(file -> {
                    assertThat(file.get("status").stringValue()).isEqualTo("failed");
                    assertThat(file.get("error").stringValue()).isEqualTo("The file is damaged.");
                    assertThat(file.get("error_code").stringValue()).isEqualTo("CORRUPT");
                });
        assertThat(pages(path + "?error_code=NONE&limit=10", "files", 1)).isEmpty();
        JsonNode file = pages(path + "?status=completed&limit=1000", "files", 1).get(0);
        assertThat(file.propertyNames())
                .containsExactly(
                        "file_id",
                        "item",
                        "filename",
                        "size_bytes",
                        "sha256",
                        "status",
                        "result",
                        "error",
                        "error_code",
                        "error_component",
                        "error_phase",
                        "error_retryable",
                        "error_actionable_by",
                        "attempt",
                        "retry_count",
                        "failure_count",
                        "crash_count",
                        "node",
                        "created_at",
                        "started_at",
                        "updated_at",
                        "finished_at",
                        "duration_seconds");
        assertThat(file.get("result").toString()).isEqualTo("{\"status\":\"indexed\"}");
        assertThat(file.get("node").stringValue()).startsWith("node-");
    }

    @Test
    void parametersThatMakeNoSenseAreRefused() {
        String files = "/v1/tasks/" + submitItems(1) + "/files";
        for (String path : List.of(
                "/v1/tasks?limit=0",
                "/v1/tasks?limit=1001",
                "/v1/tasks?limit=many",
                "/v1/tasks?cursor=x",
                "/v1/tasks?cursor=%00",
                "/v1/search",
                "/v1/search?q=+",
                "/v1/search?q=a&limit=0",
                "/v1/search?q=a&limit=101",
                "/v1/search?q=a&offset=-1",
                "/v1/search?q=a&offset=99999999999",
                files + "?cursor=x",
                files + "?status=done",
                files + "?error_code=%00",
                files + "?limit=1001")) {
            Answer answer = api.get(path);
            assertThat(answer.status()).as(path).isEqualTo(400);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.json().get("type").stringValue()).isEqualTo("/problems/invalid-request");
        }
    }

    @Test
    void idsThatAreUnknownForeignOrNoneAreNotFound() {
        String foreign = database.submit("somebody else", 1).toString();
        for (String id : List.of(foreign, UUID.randomUUID().toString(), "x", "1-1-1-1-1", "%20", "%C3%A9")) {
            for (Answer answer : List.of(
                    api.get("/v1/tasks/" + id),
                    api.get("/v1/tasks/" + id + "/files"),
                    api.post("/v1/tasks/" + id + "/retry"),
                    api.post("/v1/tasks/" + id + "/cancel"))) {
                assertThat(answer.status()).as(id).isEqualTo(404);
                assertThat(answer.json().get("type").stringValue()).isEqualTo("/problems/not-found");
            }
        }
        assertThat(database.jdbc
                        .sql("select status from upload_task where user_id = 'somebody else'")
                        .query(String.class)
                        .single())
                .isEqualTo("pending");
    }

    private long fileId(String task, int index) {
        return database.fileIds(UUID.fromString(task)).get(index);
    }

    private void fail(String task, int index, Failure failure) {
        long id = fileId(task, index);
        int attempt = database.attempt(id);
        assertThat(database.fileTasks.claim(id, attempt, database.node())).isPresent();
        assertThat(database.fileTasks.finish(List.of(FinishedFile.failed(id, attempt, failure))))
                .isEqualTo(1);
    }

    @Test
    void retriesFailedFilesOfATaskOnceWhateverTheNumberOfCalls() {
        String task = submitItems(3);
        fail(task, 0, TestDatabase.corrupt());
        fail(task, 1, TestDatabase.unavailable());
        long corrupt = fileId(task, 0);

        Answer byCode = api.postJson("/v1/tasks/" + task + "/retry", "{\"error_codes\": [\"UNAVAILABLE\"]}");
        assertThat(byCode.status()).isEqualTo(202);
        assertThat(byCode.text())
                .isEqualTo("{\"task_id\":\"" + task + "\",\"retried\":1,\"skipped_files\":0,\"skipped\":[]}");
        Answer byIds = api.postJson("/v1/tasks/" + task + "/retry", "{\"file_ids\": [" + fileId(task, 1) + "]}");
        assertThat(byIds.json().get("retried").intValue()).isZero();
        assertThat(byIds.json().get("skipped").get(0).get("reason").stringValue())
                .isEqualTo("not_failed");
        assertThat(api.post("/v1/tasks/" + task + "/retry")
                        .json()
                        .get("retried")
                        .intValue())
                .isEqualTo(1);
        assertThat(api.post("/v1/tasks/" + task + "/retry")
                        .json()
                        .get("retried")
                        .intValue())
                .isZero();

        JsonNode file = api.get("/v1/files/" + corrupt).json();
        assertThat(file.get("status").stringValue()).isEqualTo("pending");
        assertThat(file.get("retry_count").intValue()).isEqualTo(1);
        JsonNode attempt = file.get("attempts").get(0);
        assertThat(attempt.get("ended").stringValue()).isEqualTo("failed");
        assertThat(attempt.get("error_code").stringValue()).isEqualTo("CORRUPT");
        assertThat(attempt.get("error_component").stringValue()).isEqualTo("docling");
        assertThat(attempt.get("error_phase").stringValue()).isEqualTo("parsing");
        assertThat(attempt.get("error_actionable_by").stringValue()).isEqualTo("USER_ACTIONABLE");
    }

    @Test
    void doesNotRetryAFileWhoseBytesAreGone() throws IOException {
        Path gone = Files.writeString(root.resolve("gone.txt"), "soon gone");
        String task = id(api.postJson("/v1/tasks", "{\"path\": \"" + gone + "\"}"));
        fail(task, 0, TestDatabase.corrupt());
        Files.delete(gone);

        JsonNode retried = api.post("/v1/tasks/" + task + "/retry").json();

        assertThat(retried.get("retried").intValue()).isZero();
        assertThat(retried.get("skipped_files").intValue()).isEqualTo(1);
        assertThat(retried.get("skipped").get(0).get("reason").stringValue()).isEqualTo("source_file_missing");
    }

    @Test
    void listsQuarantinedFilesAndTakesThemOutByARetry() {
        String task = submitItems(2);
        fail(task, 0, Failure.ofFile("PARSER_CRASHED", Phase.PARSING, "The file makes its reader crash."));
        long file = fileId(task, 0);
        assertThat(api.get("/v1/quarantine")
                        .json()
                        .get("files")
                        .valueStream()
                        .map(f -> f.get("file_id").longValue()))
                .contains(file);

        Answer retried = api.post("/v1/files/" + file + "/retry");

        assertThat(retried.json().get("retried").intValue()).isEqualTo(1);
        assertThat(api.get("/v1/quarantine")
                        .json()
                        .get("files")
                        .valueStream()
                        .map(f -> f.get("file_id").longValue()))
                .doesNotContain(file);
    }

    @Test
    void cancelsOneFileAndMayBeRepeated() {
        String task = submitItems(2);
        fail(task, 0, TestDatabase.corrupt());

        for (int i = 0; i < 2; i++) {
            Answer cancelled = api.post("/v1/files/" + fileId(task, 1) + "/cancel");
            assertThat(cancelled.status()).isEqualTo(200);
            assertThat(cancelled.json().get("outcome").stringValue()).isEqualTo("cancelled");
        }
        Answer tooLate = api.post("/v1/files/" + fileId(task, 0) + "/cancel");

        assertThat(tooLate.status()).isEqualTo(409);
        assertThat(tooLate.json().get("type").stringValue()).isEqualTo("/problems/already-finished");
        JsonNode ended = api.get("/v1/tasks/" + task).json();
        assertThat(ended.get("outcome").stringValue()).isEqualTo("failed");
        for (String id : List.of("0", "-1", "x", "99999999999999999999")) {
            assertThat(api.get("/v1/files/" + id).status()).as(id).isEqualTo(404);
            assertThat(api.post("/v1/files/" + id + "/cancel").status()).as(id).isEqualTo(404);
            assertThat(api.post("/v1/files/" + id + "/retry").status()).as(id).isEqualTo(404);
        }
    }

    @Test
    void answersARepeatedSubmissionWithItsTaskAndStoresItsBytesOnce() throws IOException {
        List<UUID> before = api.bean(FileStore.class).olderThan(Duration.ofSeconds(-60));
        Answer first = api.postMultipart("/v1/tasks", "my-key", new Multipart().file("a.txt", "hello"));
        Answer second = api.postMultipart("/v1/tasks", "my-key", new Multipart().file("a.txt", "hello"));
        Answer other = api.postMultipart("/v1/tasks", "my-key", new Multipart().file("a.txt", "other"));
        Answer bad = api.postMultipart("/v1/tasks", "my key", new Multipart().file("a.txt", "hello"));

        assertThat(id(second)).isEqualTo(id(first));
        assertThat(first.header("Idempotency-Replayed")).isEmpty();
        assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.json().get("type").stringValue()).isEqualTo("/problems/idempotency-key-reused");
        assertThat(bad.status()).isEqualTo(400);
        assertThat(database.jdbc
                        .sql("select count(*) from file_task where filename = 'a.txt' and upload_task_id = :id")
                        .param("id", UUID.fromString(id(first)))
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
        assertThat(api.bean(FileStore.class).olderThan(Duration.ofSeconds(-60)))
                .as("bytes of the first submission alone")
                .filteredOn(folder -> !before.contains(folder))
                .containsExactly(UUID.fromString(id(first)));
    }

    @Test
    void keepsTheLimitsOfATask() {
        String limits = "\"timeout_seconds\":60,\"stall_timeout_seconds\":30,\"max_attempts\":5";
        String task = id(api.postJson("/v1/tasks", "{\"processor\":\"noop\",\"items\":[\"a\"]," + limits + "}"));
        assertThat(api.get("/v1/tasks/" + task).text()).contains(limits);
        for (String wrong : List.of("\"timeout_seconds\":0", "\"max_attempts\":101", "\"stall_timeout_seconds\":-1")) {
            assertThat(api.postJson("/v1/tasks", "{\"processor\":\"noop\",\"items\":[\"a\"]," + wrong + "}")
                            .status())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }

    // T-VI-5
    @Test
    void cancellingStopsEveryFileAndMayBeRepeated() {
        String task = submitItems(5);
        finish(task, 2);
        Answer first = api.post("/v1/tasks/" + task + "/cancel");
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.text())
                .isEqualTo("{\"task_id\":\"" + task + "\",\"outcome\":\"cancelled\",\"cancelled_files\":3}");
        Answer again = api.post("/v1/tasks/" + task + "/cancel");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().get("cancelled_files").intValue()).isZero();
        JsonNode json = api.get("/v1/tasks/" + task).json();
        assertThat(json.get("outcome").stringValue()).isEqualTo("cancelled");
        assertThat(json.get("processed_files").intValue()).isEqualTo(5);
        assertThat(pages("/v1/tasks/" + task + "/files?error_code=CANCELLED&limit=10", "files", 1))
                .hasSize(3);
    }

    @Test
    void aTaskThatHasEndedCannotBeCancelled() {
        String task = submitItems(1);
        finish(task, 1);
        Answer answer = api.post("/v1/tasks/" + task + "/cancel");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json().get("type").stringValue()).isEqualTo("/problems/already-finished");
    }

    // T-IN-5
    @Test
    void duplicatesAreIgnoredAndCounted() {
        Answer answer = api.postMultipart(
                "/v1/tasks", new Multipart().file("a", "1").file("a", "1").file("a", "2"));
        assertThat(answer.json().get("total_files").intValue()).isEqualTo(2);
        JsonNode task = api.get("/v1/tasks/" + id(answer)).json();
        assertThat(task.get("total_files").intValue()).isEqualTo(2);
        assertThat(task.get("duplicates_ignored").intValue()).isEqualTo(1);
    }

    // T-IN-6, T-IN-7
    @Test
    void everyFileUnderAPathBecomesAFileTaskOrAReason() throws IOException {
        Path tree = Files.createDirectories(root.resolve("tree/deep"));
        Files.writeString(tree.resolve("a.pdf"), "a");
        Files.writeString(tree.resolve("b.txt"), "b");
        Files.writeString(tree.resolve(".c"), "c");
        Files.createSymbolicLink(tree.resolve("escape"), folder.resolve("files"));
        Files.createDirectories(folder.resolve("files"));
        Answer all = api.postJson("/v1/tasks", "{\"path\": \"" + root.resolve("tree") + "\", \"processor\": \"noop\"}");
        assertThat(all.json().get("total_files").intValue()).isEqualTo(2);
        assertThat(all.json().get("ignored_files").intValue()).isEqualTo(2);
        assertThat(all.json()
                        .get("ignored")
                        .valueStream()
                        .map(item -> item.get("reason").stringValue()))
                .containsExactlyInAnyOrder("hidden", "a symbolic link that leaves the ingest roots");
        Answer glob = api.postJson("/v1/tasks", "{\"paths\": [\"" + root + "/**/*.pdf\"]}");
        assertThat(glob.json().get("total_files").intValue()).isEqualTo(1);
        Answer outside = api.postJson("/v1/tasks", "{\"path\": \"" + tree.resolve("escape") + "\"}");
        assertThat(outside.status()).isEqualTo(403);
        assertThat(outside.json().get("type").stringValue()).isEqualTo("/problems/path-not-allowed");
    }

    @Test
    void moreFilesThanCanBeListedAtOnceAreLeftToANode() throws IOException {
        Path many = Files.createDirectories(root.resolve("many"));
        for (int i = 0; i < 2500; i++) {
            Files.createFile(many.resolve("file " + i));
        }
        Answer answer = api.postJson("/v1/tasks", "{\"path\": \"" + many + "\", \"processor\": \"noop\"}");
        assertThat(answer.json().get("preparing").booleanValue()).isTrue();
        int found = answer.json().get("total_files").intValue();
        assertThat(found).isBetween(0, 1000);
        JsonNode task = api.get("/v1/tasks/" + id(answer)).json();
        assertThat(task.get("preparing").booleanValue()).isTrue();
        assertThat(task.get("total_files").intValue()).isEqualTo(found);
        assertThat(api.get("/tasks/" + id(answer)).json().get("status").stringValue())
                .isEqualTo("pending");
    }

    @Test
    void aPathThatIsRefusedAfterOthersWereListedRollsEverythingBack() throws IOException {
        Path many = Files.createDirectories(root.resolve("rolled-back"));
        for (int i = 0; i < 1500; i++) {
            Files.createFile(many.resolve("file " + i));
        }
        Answer answer = api.postJson("/v1/tasks", "{\"paths\": [\"" + many + "\", \"/etc/passwd\"]}");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(database.jdbc
                        .sql("select count(*) from upload_task")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void settingsAreKeptAsTheyWereGiven() {
        String settings = "{\"delay_ms\": 5, \"nested\": {\"camelCase\": [1, 2.5, null, true, \"ü\"]}}";
        String task = id(api.postJson(
                "/v1/tasks",
                "{\"processor\": \"noop\", \"items\": [\"a\"], \"priority\": 9, \"settings\": " + settings + "}"));
        assertThat(api.get("/v1/tasks/" + task)
                        .json()
                        .get("settings")
                        .get("nested")
                        .toString())
                .isEqualTo("{\"camelCase\":[1,2.5,null,true,\"ü\"]}");
        assertThat(database.jdbc
                        .sql("select priority from upload_task")
                        .query(Integer.class)
                        .single())
                .isEqualTo(9);
    }

    @Test
    void findsTheTextsOfTheCallersDocumentsOnly() {
        DocumentRepository documents = api.bean(DocumentRepository.class);
        for (String user : List.of("anonymous", "somebody else")) {
            documents.store(
                    new NewDocument(user, "ab".repeat(32), user + ".pdf", "application/pdf", 3, 2, null, Map.of(), 1),
                    List.of(
                            new Chunk(1, ChunkType.TEXT, null, "The quick brown fox"),
                            new Chunk(2, ChunkType.TABLE, null, "A fox\tjumps")),
                    true);
        }
        JsonNode json = api.get("/v1/search?q=jumping+fox").json();
        assertThat(json.get("total").intValue()).isEqualTo(1);
        assertThat(json.get("hits").get(0).toString())
                .startsWith("{\"document_id\":\"" + "ab".repeat(32)
                        + "\",\"filename\":\"anonymous.pdf\",\"mimetype\":\"application/pdf\",\"page\":2,\"part\":null,"
                        + "\"chunk\":1,\"type\":\"table\",\"snippet\":\"**fox**\\t**jumps**\",\"score\":");
        JsonNode second = api.get("/v1/search?q=fox&limit=1&offset=1").json();
        assertThat(second.get("total").intValue()).isEqualTo(2);
        assertThat(second.get("hits").size()).isEqualTo(1);
        assertThat(api.get("/v1/search?q=%00elephant%22(").json().toString()).isEqualTo("{\"total\":0,\"hits\":[]}");
        for (String user : List.of("anonymous", "somebody else")) {
            assertThat(documents.delete(user, "ab".repeat(32))).isTrue();
        }
    }

    @Test
    void listsNodes() {
        UUID node = database.node();
        JsonNode json = api.get("/v1/nodes").json().get("nodes").get(0);
        assertThat(json.propertyNames())
                .containsExactly(
                        "node_id",
                        "name",
                        "host",
                        "pid",
                        "version",
                        "status",
                        "slots",
                        "busy_slots",
                        "cpus",
                        "memory_bytes",
                        "gpus",
                        "capacity_reason",
                        "started_at",
                        "heartbeat_at");
        assertThat(json.get("node_id").stringValue()).isEqualTo(node.toString());
        assertThat(json.get("slots").intValue()).isEqualTo(4);
    }

    @Test
    void whatIsNotThereIsAProblem() {
        for (String path : List.of("/nothing", "/v1/nothing", "/v2")) {
            Answer answer = api.get(path);
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.header("Content-Type")).as(path).isEqualTo("application/problem+json");
        }
        assertThat(api.post("/v1/nodes").status()).isEqualTo(405);
        assertThat(api.post("/v1/tasks").status()).isEqualTo(415);
    }
}
