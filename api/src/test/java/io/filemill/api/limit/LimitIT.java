package io.filemill.api.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.api.Multipart;
import io.filemill.api.RunningApi;
import io.filemill.api.RunningApi.Answer;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Limits, pauses, priorities and times over HTTP. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LimitIT {
    private RunningApi api;
    private TestDatabase database;
    private Path folder;
    private long storedBefore;

    @BeforeAll
    void start(TestDatabase database, @TempDir Path folder) {
        this.database = database;
        this.folder = folder;
        api = RunningApi.start(Map.of("filemill.db.url", database.url, "filemill.db.data-dir", folder));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @BeforeEach
    void emptyTheDatabase() throws IOException {
        database.empty();
        storedBefore = allStoredFiles();
    }

    private Answer put(String path, String json) {
        return api.send(HttpRequest.newBuilder(api.uri(path))
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(json)));
    }

    private Answer patch(String path, String json) {
        return api.send(HttpRequest.newBuilder(api.uri(path))
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString(json)));
    }

    private Answer delete(String path) {
        return api.send(HttpRequest.newBuilder(api.uri(path)).DELETE());
    }

    private Answer submitItems(int count) {
        String items = Stream.iterate(1, i -> i + 1)
                .limit(count)
                .map(i -> "\"item " + i + "\"")
                .toList()
                .toString();
        return api.postJson("/v1/tasks", "{\"processor\": \"noop\", \"items\": " + items + "}");
    }

    private String task(int files) {
        Answer accepted = submitItems(files);
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(201);
        return accepted.json().get("task_id").stringValue();
    }

    private static void assertProblem(Answer answer, int status, String type, String text) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.json().get("type").stringValue()).isEqualTo("/problems/" + type);
        assertThat(answer.json().get("detail").stringValue()).contains(text);
    }

    /** How many files this test has left in the store. */
    private long storedFiles() throws IOException {
        return allStoredFiles() - storedBefore;
    }

    private long allStoredFiles() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(
                            file -> Files.isRegularFile(file) && file.toString().contains("/files/"))
                    .count();
        }
    }

    @Test
    void limitsAreSetShownChangedAndDeleted() {
        assertThat(api.get("/v1/limits").text()).isEqualTo("{\"limits\":[]}");

        Answer set = put("/v1/limits/user/ann@example.com", "{\"max_running\": 4, \"max_queued_files\": 1000}");
        assertThat(set.status()).isEqualTo(200);
        assertThat(set.text())
                .startsWith(
                        "{\"scope\":\"user\",\"name\":\"ann@example.com\",\"paused\":false,\"max_running\":4,"
                                + "\"rate_per_second\":null,\"burst\":null,\"max_queued_files\":1000,\"max_queued_bytes\":null,");
        put("/v1/limits/sink/*", "{\"rate_per_second\": 2.5, \"burst\": 10}");
        put("/v1/limits/user/ann@example.com", "{\"rate_per_second\": 7}");

        JsonNode limits = api.get("/v1/limits").json().get("limits");
        assertThat(limits.valueStream().map(limit -> limit.get("scope").stringValue()))
                .containsExactly("sink", "user");
        JsonNode limit = api.get("/v1/limits/user/ann@example.com").json();
        assertThat(limit.get("max_running").isNull()).isTrue();
        assertThat(limit.get("rate_per_second").doubleValue()).isEqualTo(7);
        assertThat(delete("/v1/limits/user/ann@example.com").status()).isEqualTo(204);
        assertProblem(delete("/v1/limits/user/ann@example.com"), 404, "not-found", "no limit of the user");
        assertProblem(api.get("/v1/limits/user/ann@example.com"), 404, "not-found", "no limit of the user");
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        Map.of(
                        "/v1/limits/planet/*",
                        "{}",
                        "/v1/limits/cluster/all",
                        "{}",
                        "/v1/limits/cluster/*",
                        "{\"max_running\": 1}",
                        "/v1/limits/sink/a",
                        "{\"max_queued_files\": 1}",
                        "/v1/limits/processor/a",
                        "{\"max_queued_bytes\": 1}",
                        "/v1/limits/user/a",
                        "{\"max_running\": 0}",
                        "/v1/limits/user/b",
                        "{\"rate_per_second\": 0}",
                        "/v1/limits/user/c",
                        "{\"burst\": 2}",
                        "/v1/limits/user/d",
                        "{\"rate_per_second\": 1, \"burst\": 0.5}",
                        "/v1/limits/user/" + "e".repeat(256),
                        "{}")
                .forEach((path, json) -> assertProblem(put(path, json), 400, "invalid-request", ""));
        assertProblem(put("/v1/limits/user/a", "{\"rate_per_second\": 1e400}"), 400, "invalid-request", "");
        assertProblem(put("/v1/limits/user/a", "{\"max_queued_files\": -1}"), 400, "invalid-request", "negative");
        assertProblem(api.post("/v1/limits/sink/a/pause"), 400, "invalid-request", "Pause the processor");
        assertProblem(api.post("/v1/limits/user/*/pause"), 400, "invalid-request", "cluster");
        assertThat(api.get("/v1/limits").text()).isEqualTo("{\"limits\":[]}");
    }

    // T-SC-7
    @Test
    void aPausedTaskSaysSoUntilItIsResumed() {
        String task = task(3);
        String tag = api.get("/v1/tasks/" + task).header("ETag");

        Answer paused = api.post("/v1/tasks/" + task + "/pause");

        assertThat(paused.status()).isEqualTo(200);
        assertThat(paused.json().get("paused").booleanValue()).isTrue();
        assertThat(paused.json().get("paused_by").stringValue()).isEqualTo("task");
        assertThat(api.get("/v1/tasks/" + task).header("ETag")).isNotEqualTo(tag);
        JsonNode queue = api.get("/v1/stats/queue").json();
        assertThat(queue.get("paused").intValue()).isEqualTo(3);
        assertThat(queue.get("ready").intValue()).isZero();
        assertThat(api.get("/readyz").status()).isEqualTo(200);
        JsonNode resumed = api.post("/v1/tasks/" + task + "/resume").json();
        assertThat(resumed.get("paused").booleanValue()).isFalse();
        assertThat(resumed.get("paused_by").isNull()).isTrue();
    }

    @Test
    void aPauseOfTheClusterShowsOnEveryTaskAndItsTag() {
        String task = task(3);
        String tag = api.get("/v1/tasks/" + task).header("ETag");

        assertThat(api.post("/v1/limits/cluster/*/pause").json().get("paused").booleanValue())
                .isTrue();

        Answer shown = api.get("/v1/tasks/" + task);
        assertThat(shown.json().get("paused_by").stringValue()).isEqualTo("cluster");
        assertThat(shown.header("ETag")).isNotEqualTo(tag);
        assertThat(api.get("/readyz").status()).isEqualTo(200);
        assertThat(api.get("/livez").status()).isEqualTo(200);
        assertThat(api.post("/v1/limits/cluster/*/resume").json().get("paused").booleanValue())
                .isFalse();
        assertThat(api.get("/v1/tasks/" + task).json().get("paused").booleanValue())
                .isFalse();
    }

    @Test
    void theTasksOfAPausedUserAreAcceptedAndWait() {
        api.post("/v1/limits/user/anonymous/pause");

        String task = task(3);

        assertThat(api.get("/v1/tasks/" + task).json().get("paused_by").stringValue())
                .isEqualTo("user");
        assertThat(api.get("/v1/stats/queue").json().get("paused").intValue()).isEqualTo(3);
    }

    // T-SC-2, T-SC-6
    @Test
    void priorityAndTimeOfATaskCanBeChanged() {
        String task = task(3);

        JsonNode changed = patch(
                        "/v1/tasks/" + task, "{\"priority\": 9, \"not_before\": \"2030-01-31T08:00:00+01:00\"}")
                .json();

        assertThat(changed.get("priority").intValue()).isEqualTo(9);
        assertThat(changed.get("not_before").stringValue()).isEqualTo("2030-01-31T07:00:00Z");
        assertThat(patch("/v1/tasks/" + task, "{\"priority\": 1}")
                        .json()
                        .get("not_before")
                        .stringValue())
                .isEqualTo("2030-01-31T07:00:00Z");
        assertThat(api.get("/v1/stats/queue").json().get("pending_later").intValue())
                .isEqualTo(3);
    }

    @Test
    void changesThatAreNoneAreRefused() {
        String task = task(1);
        String path = "/v1/tasks/" + task;
        assertProblem(patch(path, "{}"), 400, "invalid-request", "priority or not_before");
        assertProblem(patch(path, "{\"priority\": 10}"), 400, "invalid-request", "0 to 9");
        assertProblem(patch(path, "{\"priority\": \"high\"}"), 400, "invalid-request", "priority");
        assertProblem(patch(path, "{\"not_before\": \"soon\"}"), 400, "invalid-request", "not_before");
        assertProblem(patch("/v1/tasks/" + UUID.randomUUID(), "{\"priority\": 1}"), 404, "not-found", "");
        assertProblem(patch("/v1/tasks/x", "{\"priority\": 1}"), 404, "not-found", "");
        assertProblem(api.post("/v1/tasks/" + UUID.randomUUID() + "/pause"), 404, "not-found", "");
        api.post(path + "/cancel");
        assertProblem(patch(path, "{\"priority\": 1}"), 409, "already-finished", "ended");
        assertProblem(api.post(path + "/pause"), 409, "already-finished", "ended");
        assertProblem(api.post(path + "/resume"), 409, "already-finished", "ended");
    }

    @Test
    void aSubmissionMayNameTheTimeOfItsStart() {
        Answer accepted = api.postMultipart(
                "/v1/tasks", new Multipart().file("a.txt", "a").field("not_before", "2030-01-31T08:00:00Z"));

        JsonNode task = api.get(accepted.header("Location")).json();
        assertThat(task.get("not_before").stringValue()).isEqualTo("2030-01-31T08:00:00Z");
        assertThat(task.get("priority").intValue()).isEqualTo(5);
    }

    // T-SC-5
    @Test
    void aSubmissionBeyondTheQueueOfAUserIsRefusedWithoutATrace() throws IOException {
        put("/v1/limits/user/*", "{\"max_queued_files\": 10}");
        String first = task(8);

        Answer refused = submitItems(3);

        assertProblem(refused, 429, "queue-full", "At most 10 files of a user may be in the queue, and 8 are");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 3600);
        assertThat(refused.header("RateLimit-Policy")).isEqualTo("\"queued-files\";q=10");
        assertThat(refused.header("RateLimit")).startsWith("\"queued-files\";r=2;t=");
        Answer upload = api.postMultipart(
                "/v1/tasks", new Multipart().file("a", "a").file("b", "b").file("c", "c"));
        assertProblem(upload, 429, "queue-full", "8 are");
        assertThat(storedFiles()).isZero();
        assertThat(api.get("/v1/tasks").json().get("tasks")).hasSize(1);
        task(2);
        assertProblem(api.postMultipart("/v1/tasks", new Multipart().file("a", "a")), 429, "queue-full", "and 10 are");
        assertThat(submitItems(1).status()).isEqualTo(429);
        api.post("/v1/tasks/" + first + "/cancel");
        task(8);
    }

    @Test
    void aSubmissionThatWasAcceptedIsConfirmedThoughTheQueueIsFullNow() {
        put("/v1/limits/user/*", "{\"max_queued_files\": 1}");
        var body = new Multipart().file("a", "a");
        String task = api.postMultipart("/v1/tasks", "key", body)
                .json()
                .get("task_id")
                .stringValue();

        Answer again = api.postMultipart("/v1/tasks", "key", body);

        assertThat(again.status()).isEqualTo(201);
        assertThat(again.json().get("task_id").stringValue()).isEqualTo(task);
        assertProblem(api.postMultipart("/v1/tasks", "other-key", body), 429, "queue-full", "and 1 are");
    }

    @Test
    void aSubmissionThatCanNeverFitIsTooLarge() {
        put("/v1/limits/user/anonymous", "{\"max_queued_files\": 10}");

        Answer refused = submitItems(11);

        assertProblem(refused, 413, "too-large", "this request alone has 11");
        assertThat(refused.header("Retry-After")).isEmpty();
    }

    @Test
    void theQueueOfTheClusterIsLimitedForAllUsersTogether() {
        database.submit("bob", 9);
        put("/v1/limits/cluster/*", "{\"max_queued_files\": 10}");

        assertProblem(submitItems(2), 429, "queue-full", "of all users");
        task(1);
    }

    @Test
    void storedBytesOfTasksThatHaveNotEndedAreLimited() throws IOException {
        put("/v1/limits/user/*", "{\"max_queued_bytes\": 1000}");
        assertThat(api.postMultipart("/v1/tasks", new Multipart().file("a", "x".repeat(900)))
                        .status())
                .isEqualTo(201);

        Answer refused = api.postMultipart("/v1/tasks", new Multipart().file("b", "x".repeat(200)));

        assertProblem(refused, 429, "queue-full", "At most 1000 bytes of uploads of a user");
        assertThat(refused.header("RateLimit")).startsWith("\"queued-bytes\";r=100;");
        assertThat(storedFiles()).isEqualTo(1);
        assertThat(submitItems(5).status()).as("items have no bytes").isEqualTo(201);
        assertThat(database.wrongCounters()).isEmpty();
    }

    @Test
    void aManifestBeyondTheQueueIsRefused() {
        put("/v1/limits/user/*", "{\"max_queued_files\": 10}");
        task(5);

        Answer refused = api.send(HttpRequest.newBuilder(api.uri("/v1/tasks?processor=noop"))
                .header("Content-Type", "text/csv")
                .POST(BodyPublishers.ofString("item\na\nb\nc\nd\ne\nf\n")));

        assertProblem(refused, 429, "queue-full", "and 5 are");
        assertThat(database.jdbc
                        .sql("select count(*) from file_task")
                        .query(Integer.class)
                        .single())
                .isEqualTo(5);
    }
}
