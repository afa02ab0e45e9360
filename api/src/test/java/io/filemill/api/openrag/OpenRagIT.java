package io.filemill.api.openrag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.api.Multipart;
import io.filemill.api.RunningApi;
import io.filemill.api.RunningApi.Answer;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.failure.Component;
import io.filemill.db.failure.Failure;
import io.filemill.db.failure.Phase;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.TaskStatus;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a client of OpenRAG sees, byte for byte. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenRagIT {
    private static final JsonMapper JSON = new JsonMapper();

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

    /** So that each test finds room for its files in the window. */
    @BeforeEach
    void emptyTheDatabase() {
        database.empty();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private UUID upload(String... names) {
        var body = new Multipart();
        for (String name : names) {
            body.file(name, "content of " + name);
        }
        return UUID.fromString(api.postMultipart("/router/upload_ingest", body)
                .json()
                .get("task_id")
                .stringValue());
    }

    /** Runs a file to its end and gives every row of the task round times. */
    private void finish(UUID task, String item, TaskStatus status, String resultOrError) {
        UUID node = database.node();
        FileTask file = database.fileTasks.list(task, null, null, 0, 100).stream()
                .filter(candidate -> candidate.item().equals(item))
                .findFirst()
                .orElseThrow();
        assertThat(database.fileTasks.claim(file.id(), file.attempt(), node)).isPresent();
        assertThat(database.fileTasks.finish(List.of(
                        status == TaskStatus.FAILED
                                ? FinishedFile.failed(
                                        file.id(),
                                        file.attempt(),
                                        Failure.ofFile("CORRUPT", Phase.PARSING, resultOrError))
                                : FinishedFile.with(file.id(), file.attempt(), status, JSON.readTree(resultOrError)))))
                .isEqualTo(1);
        for (String table : List.of("upload_task", "file_task")) {
            String time = "update " + table
                    + " set created_at = '2025-10-31 12:00:00.5+00', updated_at = '2025-10-31 12:00:02+00'";
            database.jdbc.sql(time).update();
        }
    }

    @Test
    void showsATaskWithItsFiles() {
        UUID task = upload("a.pdf", "b.pdf");
        finish(task, "a.pdf", TaskStatus.COMPLETED, "{\"status\":\"indexed\",\"id\":\"ab12\"}");
        finish(task, "b.pdf", TaskStatus.FAILED, "The file is damaged");
        Answer answer = api.get("/tasks/" + task);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.text())
                .isEqualTo("{\"task_id\":\"" + task + "\",\"status\":\"completed\","
                        + "\"total_files\":2,\"processed_files\":2,\"successful_files\":1,\"failed_files\":1,"
                        + "\"running_files\":0,\"pending_files\":0,"
                        + "\"created_at\":1761912000.5,\"updated_at\":1761912002.0,\"duration_seconds\":1.5,"
                        + "\"files\":{"
                        + "\"a.pdf\":{\"status\":\"completed\",\"result\":{\"id\":\"ab12\",\"status\":\"indexed\"},"
                        + "\"error\":null,\"retry_count\":0,\"created_at\":1761912000.5,\"updated_at\":1761912002.0,"
                        + "\"duration_seconds\":1.5,\"filename\":\"a.pdf\"},"
                        + "\"b.pdf\":{\"status\":\"failed\",\"result\":null,\"error\":\"The file is damaged\","
                        + "\"retry_count\":0,\"created_at\":1761912000.5,\"updated_at\":1761912002.0,"
                        + "\"duration_seconds\":1.5,\"filename\":\"b.pdf\"}}}");
    }

    @Test
    void listsTasksNewestFirstWithoutTheirCompletedFiles() {
        UUID older = upload("a.pdf", "b.pdf");
        finish(older, "a.pdf", TaskStatus.COMPLETED, "{}");
        UUID newer = upload("c.pdf");
        Answer answer = api.get("/tasks");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().propertyNames()).containsExactly("tasks");
        assertThat(answer.json()
                        .get("tasks")
                        .valueStream()
                        .map(task -> task.get("task_id").stringValue()))
                .containsExactly(newer.toString(), older.toString());
        assertThat(answer.json().at("/tasks/0/files").propertyNames()).containsExactly("c.pdf");
        assertThat(answer.json().at("/tasks/1/files").propertyNames()).containsExactly("b.pdf");
    }

    @Test
    void anEmptyListIsAList() {
        assertThat(api.get("/tasks").text()).isEqualTo("{\"tasks\":[]}");
    }

    @Test
    void aTaskThatIsMissingOrOfAnotherUserIsNotFound() {
        UUID foreign = database.submit("somebody", 1);
        for (String id : List.of(foreign.toString(), UUID.randomUUID().toString(), "x", "%00")) {
            Answer answer = api.get("/tasks/" + id);
            assertThat(answer.status()).as(id).isEqualTo(id.equals("%00") ? 400 : 404);
            if (answer.status() == 404) {
                assertThat(answer.text()).isEqualTo("{\"error\":\"Task not found\"}");
            }
        }
    }

    @Test
    void cancelsATaskOnce() {
        UUID task = upload("a.pdf");
        Answer first = api.post("/tasks/" + task + "/cancel");
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.text()).isEqualTo("{\"status\":\"cancelled\",\"task_id\":\"" + task + "\"}");
        for (String id : List.of(task.toString(), UUID.randomUUID().toString(), "x")) {
            Answer again = api.post("/tasks/" + id + "/cancel");
            assertThat(again.status()).isEqualTo(400);
            assertThat(again.text()).isEqualTo("{\"error\":\"Task not found or cannot be cancelled\"}");
        }
        JsonNode cancelled = api.get("/tasks/" + task).json();
        assertThat(cancelled.get("status").stringValue()).isEqualTo("failed");
        assertThat(cancelled.get("processed_files").intValue()).isEqualTo(1);
        assertThat(cancelled.get("files").get("a.pdf").get("error").stringValue())
                .isEqualTo("Task cancelled by user");
    }

    @Test
    void uploadsAFolderOfTheServer() throws IOException {
        Path folder = Files.createDirectories(root.resolve("some/files"));
        Files.writeString(folder.resolve("a.txt"), "a");
        Files.writeString(folder.resolve("b.txt"), "b");
        Answer answer = api.postJson("/upload_path", "{\"path\": \"" + folder + "\"}");
        String task = answer.json().get("task_id").stringValue();
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.text()).isEqualTo("{\"task_id\":\"" + task + "\",\"total_files\":2,\"status\":\"accepted\"}");
        assertThat(api.get("/tasks/" + task).json().at("/files").propertyNames())
                .containsExactlyInAnyOrder(folder + "/a.txt", folder + "/b.txt");
    }

    @Test
    void aFolderThatIsNoneOrOutsideOfTheRootsIsInvalid() throws IOException {
        Files.createDirectories(root.resolve("file-not-folder"));
        Path file = Files.writeString(root.resolve("file-not-folder/file"), "a");
        for (String path : List.of("/etc", root + "/nothing", file.toString(), "relative")) {
            Answer answer = api.postJson("/upload_path", "{\"path\": \"" + path + "\"}");
            assertThat(answer.status()).as(path).isEqualTo(400);
            assertThat(answer.text()).startsWith("{\"error\":\"Invalid path\",\"detail\":\"");
        }
        for (String body : List.of("{}", "{\"path\": \"\"}", "{\"path\": null}")) {
            assertThat(api.postJson("/upload_path", body).text()).isEqualTo("{\"error\":\"Invalid path\"}");
        }
    }

    @Test
    void aFolderWithoutFilesIsRefused() throws IOException {
        Path folder = Files.createDirectories(root.resolve("empty"));
        Answer answer = api.postJson("/upload_path", "{\"path\": \"" + folder + "\"}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).isEqualTo("{\"error\":\"No files found in directory\"}");
    }

    @Test
    void uploadsFilesWithWhatOnlyOpenRagUnderstands() {
        Answer answer = api.postMultipart(
                "/router/upload_ingest",
                new Multipart()
                        .field("session_id", "s-1")
                        .file("a.pdf", "a")
                        .file("b.pdf", "b")
                        .field("settings", "{\"chunkSize\": 500}")
                        .field("tweaks", "{\"node\": {}}")
                        .field("delete_after_ingest", "true")
                        .field("replace_duplicates", "False"));
        String task = answer.json().get("task_id").stringValue();
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text())
                .isEqualTo("{\"task_id\":\"" + task
                        + "\",\"message\":\"Langflow upload task created for 2 file(s)\",\"file_count\":2}");
        assertThat(api.get("/v1/tasks/" + task).json().get("settings"))
                .isEqualTo(JSON.readTree("{\"session_id\": \"s-1\", \"settings\": {\"chunkSize\": 500},"
                        + " \"tweaks\": {\"node\": {}}, \"replace_duplicates\": false}"));
    }

    @Test
    void filesThatAreMissingOrBrokenFieldsAreRefused() {
        Map<Multipart, String> cases = Map.of(
                new Multipart().field("session_id", "s"), "Missing files",
                new Multipart().file("a", "a").field("settings", "{"), "Invalid settings JSON",
                new Multipart().file("a", "a").field("tweaks", "{'a': 1}"), "Invalid tweaks JSON");
        cases.forEach((body, error) -> {
            Answer answer = api.postMultipart("/router/upload_ingest", body);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).isEqualTo("{\"error\":\"" + error + "\"}");
        });
    }

    @Test
    void saysThatBucketsCannotBeRead() {
        assertThat(api.get("/upload_options").text()).isEqualTo("{\"aws\":false,\"upload_batch_size\":25}");
        Answer answer = api.postJson("/upload_bucket", "{\"s3_url\": \"s3://bucket/prefix\"}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).isEqualTo("{\"error\":\"AWS credentials not configured\"}");
    }

    @Test
    void otherErrorsAreErrorsToo() {
        assertThat(api.post("/tasks").json().propertyNames()).containsExactly("error");
        assertThat(api.postJson("/upload_path", "{").json().propertyNames()).containsExactly("error");
        assertThat(api.postJson("/router/upload_ingest", "{}").json().propertyNames())
                .containsExactly("error");
    }

    private static final Failure PASSING =
            Failure.passing("UNAVAILABLE", Component.FLOW, Phase.EMBEDDING, "The service is busy.");

    private void fail(UUID task, int index, Failure failure) {
        long id = database.fileIds(task).get(index);
        assertThat(database.fileTasks.claim(id, database.attempt(id), database.node()))
                .isPresent();
        database.fileTasks.finish(List.of(FinishedFile.failed(id, database.attempt(id), failure)));
    }

    @Test
    void retriesWhatMayPassAndSaysWhatItSkips() {
        UUID task = upload("a.pdf", "b.pdf", "c.pdf");
        fail(task, 0, PASSING);
        assertThat(api.post("/tasks/" + task + "/retry").text())
                .startsWith("{\"error\":\"task_in_progress\"")
                .endsWith("\"task_id\":\"" + task + "\"}");
        fail(task, 1, Failure.ofFile("CORRUPT", Phase.PARSING, "The file is damaged."));
        finish(task, "c.pdf", TaskStatus.COMPLETED, "{}");

        Answer some = api.postJson("/tasks/" + task + "/retry", "{\"file_paths\": [\"b.pdf\", \"c.pdf\", \"d.pdf\"]}");
        assertThat(some.status()).isEqualTo(400);
        assertThat(some.text())
                .isEqualTo("{\"status\":\"no_op\",\"retried\":0,\"skipped\":["
                        + "{\"file_path\":\"c.pdf\",\"filename\":\"c.pdf\",\"reason\":\"not_failed\"},"
                        + "{\"file_path\":\"d.pdf\",\"filename\":null,\"reason\":\"file_not_in_task\"},"
                        + "{\"file_path\":\"b.pdf\",\"filename\":\"b.pdf\",\"reason\":\"not_retryable\"}],"
                        + "\"message\":\"No retryable files with available source data\"}");
        for (String paths : List.of("[\"\\u0000\"]", "[null]")) {
            Answer impossible = api.postJson("/tasks/" + task + "/retry", "{\"file_paths\": " + paths + "}");
            assertThat(impossible.status()).as(paths).isEqualTo(400);
            assertThat(impossible.text()).isEqualTo("{\"error\":\"Invalid file_paths\"}");
        }
        Answer all = api.post("/tasks/" + task + "/retry");
        assertThat(all.status()).isEqualTo(202);
        assertThat(all.text())
                .isEqualTo("{\"task_id\":\"" + task + "\",\"retried\":1,\"skipped\":["
                        + "{\"file_path\":\"b.pdf\",\"filename\":\"b.pdf\",\"reason\":\"not_retryable\"}],"
                        + "\"status\":\"accepted\"}");
        JsonNode shown = api.get("/tasks/" + task).json();
        assertThat(shown.get("failed_files").intValue()).isEqualTo(1);
        assertThat(shown.get("processed_files").intValue()).isEqualTo(2);
        assertThat(shown.get("files").get("a.pdf").get("retry_count").intValue())
                .isEqualTo(1);
        assertThat(api.post("/tasks/" + UUID.randomUUID() + "/retry").status()).isEqualTo(404);
    }

    @Test
    void cancelsOneFileByItsPath() {
        UUID task = upload("a.pdf", "b.pdf");
        String path = "/tasks/" + task + "/files/cancel";

        Answer cancelled = api.postJson(path, "{\"file_path\": \"a.pdf\"}");

        assertThat(cancelled.status()).isEqualTo(200);
        assertThat(cancelled.text())
                .isEqualTo("{\"status\":\"cancelled\",\"task_id\":\"" + task + "\",\"file_path\":\"a.pdf\"}");
        for (String body : List.of(
                "{\"file_path\": \"a.pdf\"}", "{\"file_path\": \"z.pdf\"}", "{\"file_path\": \"\\u0000\"}", "{}")) {
            Answer refused = api.postJson(path, body);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.text()).isEqualTo("{\"error\":\"File not found or cannot be cancelled\"}");
        }
    }

    /** What OpenRAG's frontend asks for every three seconds, and by which it decides what to show and whether to ask again. */
    @Test
    void theEnhancedRoutesSayWhyAFileFailedAndWhoCanAct() {
        UUID task = upload("a.pdf", "b.pdf", "c.pdf");
        fail(task, 1, PASSING);
        finish(task, "a.pdf", TaskStatus.FAILED, "The file is damaged");
        Answer one = api.get("/tasks/" + task + "/enhanced");
        assertThat(one.status()).isEqualTo(200);
        String times = "\"created_at\":1761912000.5,\"updated_at\":1761912002.0,\"duration_seconds\":1.5";
        assertThat(one.text())
                .isEqualTo("{\"task_id\":\"" + task + "\",\"status\":\"running\","
                        + "\"total_files\":3,\"processed_files\":2,\"successful_files\":0,\"failed_files\":2,"
                        + "\"running_files\":0,\"pending_files\":1," + times + ",\"files\":{"
                        + "\"a.pdf\":{\"status\":\"failed\",\"result\":null,\"error\":\"The file is damaged\",\"retry_count\":0,"
                        + times + ",\"filename\":\"a.pdf\",\"phase\":\"docling\",\"docling_status\":\"failed\","
                        + "\"component\":\"docling\",\"failure_phase\":\"parsing\",\"user_facing_message\":\"The file is damaged\","
                        + "\"actionable_by\":\"USER_ACTIONABLE\"},"
                        + "\"b.pdf\":{\"status\":\"failed\",\"result\":null,\"error\":\"The service is busy.\",\"retry_count\":0,"
                        + times + ",\"filename\":\"b.pdf\",\"phase\":\"langflow\",\"docling_status\":\"success\","
                        + "\"component\":\"langflow\",\"failure_phase\":\"embedding\",\"user_facing_message\":\"The service is busy.\","
                        + "\"actionable_by\":\"RETRYABLE\"},"
                        + "\"c.pdf\":{\"status\":\"pending\",\"result\":null,\"error\":null,\"retry_count\":0,"
                        + times + ",\"filename\":\"c.pdf\",\"phase\":\"docling\",\"docling_status\":\"pending\"}}}");
        assertThat(api.get("/v1/tasks/" + task + "/enhanced").text()).isEqualTo(one.text());
        for (String list : List.of("/tasks/enhanced", "/v1/tasks/enhanced")) {
            assertThat(api.get(list).text()).isEqualTo("{\"tasks\":[" + one.text() + "]}");
        }
    }

    @Test
    void theEnhancedListOmitsCompletedFilesAndShowsThemInTheirTask() {
        UUID task = upload("a.pdf", "b.pdf");
        finish(task, "a.pdf", TaskStatus.COMPLETED, "{\"status\":\"indexed\"}");
        assertThat(api.get("/tasks/enhanced").json().at("/tasks/0/files").propertyNames())
                .containsExactly("b.pdf");
        JsonNode file =
                api.get("/tasks/" + task + "/enhanced").json().get("files").get("a.pdf");
        assertThat(file.get("phase").stringValue()).isEqualTo("complete");
        assertThat(file.get("docling_status").stringValue()).isEqualTo("success");
        assertThat(file.has("component")).isFalse();
    }

    @Test
    void anEnhancedTaskThatIsMissingIsNotFoundInTheWordsOfOpenRag() {
        UUID foreign = database.submit("somebody", 1);
        for (String id : List.of(foreign.toString(), UUID.randomUUID().toString(), "x")) {
            Answer own = api.get("/tasks/" + id + "/enhanced");
            assertThat(own.status()).isEqualTo(404);
            assertThat(own.text()).isEqualTo("{\"error\":\"Task not found\"}");
            Answer v1 = api.get("/v1/tasks/" + id + "/enhanced");
            assertThat(v1.status()).isEqualTo(404);
            assertThat(v1.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(v1.json().get("error").stringValue()).isEqualTo("Task not found");
        }
    }

    private Answer delete(String path) {
        return api.send(HttpRequest.newBuilder(api.uri(path)).DELETE());
    }

    @Test
    void deletesATaskThatHasEndedWithItsBytes() {
        UUID task = upload("a.pdf");
        UUID foreign = database.submit("somebody", 1);
        database.uploadTasks.cancel("somebody", foreign);
        Answer running = delete("/tasks/" + task);
        assertThat(running.status()).isEqualTo(409);
        assertThat(running.text()).isEqualTo("{\"error\":\"Task is still in progress\"}");
        finish(task, "a.pdf", TaskStatus.COMPLETED, "{}");

        Answer deleted = delete("/tasks/" + task);

        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.text()).isEqualTo("{\"status\":\"deleted\",\"task_id\":\"" + task + "\"}");
        assertThat(api.get("/tasks").text()).isEqualTo("{\"tasks\":[]}");
        for (String id :
                List.of(task.toString(), foreign.toString(), UUID.randomUUID().toString(), "x")) {
            Answer missing = delete("/tasks/" + id);
            assertThat(missing.status()).as(id).isEqualTo(404);
            assertThat(missing.text()).isEqualTo("{\"error\":\"Task not found\"}");
        }
        Path bytes = root.resolveSibling("files")
                .resolve(task.toString().substring(0, 2))
                .resolve(task.toString());
        await().untilAsserted(() -> {
            assertThat(bytes).doesNotExist();
            assertThat(database.uploadTasks.unknown(List.of(task))).containsExactly(task);
        });
    }

    @Test
    void deletesAllTasksOfTheCallerThatHaveEnded() {
        UUID running = upload("a.pdf");
        UUID older = upload("b.pdf");
        UUID newer = upload("c.pdf");
        UUID foreign = database.submit("somebody", 1);
        database.uploadTasks.cancel("somebody", foreign);
        assertThat(api.post("/tasks/" + older + "/cancel").status()).isEqualTo(200);
        assertThat(api.post("/tasks/" + newer + "/cancel").status()).isEqualTo(200);

        assertThat(delete("/tasks").text())
                .isEqualTo(
                        "{\"status\":\"deleted\",\"count\":2,\"deleted_ids\":[\"" + newer + "\",\"" + older + "\"]}");

        assertThat(delete("/tasks").text()).isEqualTo("{\"status\":\"deleted\",\"count\":0,\"deleted_ids\":[]}");
        assertThat(api.get("/tasks/" + running).status()).isEqualTo(200);
        assertThat(database.uploadTasks.find("somebody", foreign)).isPresent();
    }

    @Test
    void ingestsFilesOnThePublicRouteToo() {
        Answer accepted = api.postMultipart("/v1/documents/ingest", new Multipart().file("a.pdf", "a"));
        String task = accepted.json().get("task_id").stringValue();
        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.text())
                .isEqualTo("{\"task_id\":\"" + task
                        + "\",\"message\":\"Langflow upload task created for 1 file(s)\",\"file_count\":1}");
        assertThat(api.get("/v1/tasks/" + task)
                        .json()
                        .at("/settings/replace_duplicates")
                        .booleanValue())
                .isTrue();
        Answer refused = api.postMultipart("/v1/documents/ingest", new Multipart().field("session_id", "s"));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().get("error").stringValue()).isEqualTo("Missing files");
        assertThat(refused.json().get("type").stringValue()).isEqualTo("/problems/no-files");
    }
}
