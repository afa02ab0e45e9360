package io.filemill.api.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.api.RunningApi;
import io.filemill.api.RunningApi.Answer;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.TaskStatus;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
import tools.jackson.databind.node.JsonNodeFactory;

/** Which changes of the rows give an answer another entity tag, on a real server and a real database. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RevalidationIT {
    private RunningApi api;
    private TestDatabase database;

    @BeforeAll
    void start(TestDatabase database, @TempDir Path folder) {
        this.database = database;
        api = RunningApi.start(Map.of("filemill.db.url", database.url, "filemill.db.data-dir", folder));
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

    private UUID submit() {
        return UUID.fromString(api.postJson("/v1/tasks", "{\"processor\": \"noop\", \"items\": [\"a\", \"b\"]}")
                .json()
                .get("task_id")
                .stringValue());
    }

    private static List<String> readsOf(UUID task) {
        return List.of(
                "/v1/tasks",
                "/v1/tasks/" + task,
                "/v1/tasks/" + task + "/files",
                "/v1/stats/queue",
                "/tasks",
                "/tasks/" + task,
                "/tasks/enhanced",
                "/v1/tasks/" + task + "/enhanced");
    }

    private Answer ask(String path, String tag) {
        return api.send(HttpRequest.newBuilder(api.uri(path)).header("If-None-Match", tag));
    }

    /** The tag of each read, after a check that it holds as long as nothing changes. */
    private Map<String, String> tags(UUID task) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (String path : readsOf(task)) {
            Answer full = api.get(path);
            assertThat(full.status()).as(path).isEqualTo(200);
            assertThat(full.header("Cache-Control")).as(path).isEqualTo("no-cache");
            assertThat(full.response().headers().allValues("ETag")).as(path).hasSize(1);
            tags.put(path, full.header("ETag"));
            Answer unchanged = ask(path, full.header("ETag"));
            assertThat(unchanged.status()).as(path).isEqualTo(304);
            assertThat(unchanged.text()).as(path).isEmpty();
            assertThat(unchanged.header("ETag")).as(path).isEqualTo(full.header("ETag"));
            assertThat(unchanged.header("Cache-Control")).as(path).isEqualTo("no-cache");
        }
        return tags;
    }

    private void allChanged(UUID task, Map<String, String> tags, String what) {
        tags.forEach((path, tag) -> {
            Answer answer = ask(path, tag);
            assertThat(answer.status()).as(path + " after " + what).isEqualTo(200);
            assertThat(answer.text()).as(path + " after " + what).isNotEmpty();
        });
        assertThat(tags(task).entrySet()).as(what).doesNotContainAnyElementsOf(tags.entrySet());
    }

    @Test
    void everyStepOfAFileGivesAnotherTag() {
        UUID task = submit();
        UUID node = database.node();
        List<FileTask> files = database.fileTasks.list(task, null, null, 0, 2);

        Map<String, String> waiting = tags(task);
        assertThat(database.fileTasks.claim(files.get(0).id(), 1, node)).isPresent();
        allChanged(task, waiting, "the claim");

        Map<String, String> running = tags(task);
        assertThat(database.fileTasks.finish(List.of(FinishedFile.with(
                        files.get(0).id(), 1, TaskStatus.SKIPPED, JsonNodeFactory.instance.objectNode()))))
                .isEqualTo(1);
        allChanged(task, running, "the end of a file");

        Map<String, String> half = tags(task);
        assertThat(database.fileTasks.claim(files.get(1).id(), 1, node)).isPresent();
        assertThat(database.fileTasks.finish(
                        List.of(FinishedFile.failed(files.get(1).id(), 1, TestDatabase.unavailable()))))
                .isEqualTo(1);
        allChanged(task, half, "the end of the task");

        Map<String, String> ended = tags(task);
        assertThat(api.post("/v1/tasks/" + task + "/retry").status()).isEqualTo(202);
        allChanged(task, ended, "a retry");

        Map<String, String> again = tags(task);
        assertThat(api.post("/v1/tasks/" + task + "/cancel").status()).isEqualTo(200);
        allChanged(task, again, "a cancel");
    }

    @Test
    void aFileThatIsGivenBackGivesItsPageAnotherTagThoughAsManyRun() {
        UUID task = submit();
        UUID node = database.node();
        List<FileTask> files = database.fileTasks.list(task, null, null, 0, 2);
        assertThat(database.fileTasks.claim(files.get(0).id(), 1, node)).isPresent();
        String page = "/v1/tasks/" + task + "/files";
        String tag = api.get(page).header("ETag");
        String tagOfOpenRag = api.get("/tasks/" + task).header("ETag");

        assertThat(database.fileTasks.release(files.get(0).id(), 1)).isTrue();
        assertThat(database.fileTasks.claim(files.get(1).id(), 1, node)).isPresent();

        assertThat(ask(page, tag).status()).isEqualTo(200);
        assertThat(ask("/tasks/" + task, tagOfOpenRag).status()).isEqualTo(200);
    }

    @Test
    void whatIsRefusedIsRefusedWhateverTagTheRequestNames() {
        UUID task = submit();
        String path = "/v1/tasks/" + task;
        String tag = api.get(path).header("ETag");

        assertThat(ask(path + "/files?limit=0", tag).status()).isEqualTo(400);
        assertThat(ask("/v1/tasks/" + UUID.randomUUID(), tag).status()).isEqualTo(404);
        assertThat(ask("/v1/tasks/" + UUID.randomUUID(), "*").status()).isEqualTo(404);
        database.jdbc.sql("update upload_task set user_id = 'bob'").update();
        assertThat(ask(path, tag).status()).isEqualTo(404);
    }

    @Test
    void anEndedTaskAnswersWithoutItsFiles() {
        UUID task = submit();
        assertThat(api.post("/v1/tasks/" + task + "/cancel").status()).isEqualTo(200);
        String page = "/v1/tasks/" + task + "/files";
        String tag = api.get(page).header("ETag");

        assertThat(ask(page, tag).status()).isEqualTo(304);
        assertThat(ask(page + "?limit=abc", tag).status()).isEqualTo(400);
        assertThat(ask(page + "?cursor=!", tag).status()).isEqualTo(400);
        assertThat(ask(page + "?status=odd", tag).status()).isEqualTo(400);
    }
}
