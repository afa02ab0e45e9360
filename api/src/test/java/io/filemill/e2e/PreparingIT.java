package io.filemill.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A folder that is too large to be listed while its client waits. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PreparingIT {
    private static final int FILES = 50_000;

    private final Set<String> all = new HashSet<>();
    private final List<Program> workers = new ArrayList<>();
    private TestDatabase database;
    private Path folder;
    private Path root;
    private Program server;
    private Client client;

    @BeforeAll
    void start(TestDatabase database, @TempDir Path temporary) throws IOException {
        this.database = database;
        folder = temporary.toRealPath();
        root = Files.createDirectory(folder.resolve("root"));
        for (int i = 0; i < FILES; i++) {
            Path file = root.resolve("large/" + i % 11 + "/" + i);
            if (i < 11) {
                Files.createDirectories(file.getParent());
            }
            all.add(Files.createFile(file).toString());
        }
        Files.createDirectory(root.resolve("small"));
        Files.createFile(root.resolve("small/file"));
        server = Program.filemill(folder, environment(), "serve", "--no-worker", "--port", "0");
        client = server.awaitServer();
        assertThat(submit("small").path("preparing").isMissingNode()).isTrue();
    }

    @AfterEach
    void stopWorkers() throws InterruptedException {
        for (Program worker : workers) {
            worker.close();
        }
        workers.clear();
    }

    @AfterAll
    void stop() throws InterruptedException {
        server.close();
    }

    private Map<String, String> environment() {
        return Map.of(
                "FILEMILL_DB_URL",
                database.url,
                "FILEMILL_DATA_DIR",
                folder.resolve("data").toString(),
                "FILEMILL_INGEST_ROOTS",
                root.toString(),
                "MAX_WORKERS",
                "2");
    }

    private JsonNode submit(String name) {
        return client.post("/v1/tasks", "{\"processor\":\"noop\",\"path\":\"" + root + "/" + name + "\"}");
    }

    private Program startWorker() {
        Program worker = Program.worker(folder, environment());
        workers.add(worker);
        return worker;
    }

    private void awaitPrepared(String task) {
        await().atMost(Duration.ofSeconds(120))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> !client.task(task).path("preparing").asBoolean());
    }

    private void assertEveryFileIsThereOnce(String task) {
        List<String> items = database.jdbc
                .sql("select item from file_task where upload_task_id = :id")
                .param("id", UUID.fromString(task))
                .query(String.class)
                .list();
        assertThat(items).hasSize(FILES);
        assertThat(all.equals(new HashSet<>(items))).isTrue();
        JsonNode seen = client.task(task);
        assertThat(seen.path("total_files").asInt()).isEqualTo(FILES);
        assertThat(seen.path("duplicates_ignored").asInt()).isZero();
    }

    @Test
    void aLargeFolderIsAcceptedInHalfASecondAndItsFirstFilesRunWhileItIsListed() {
        List<Long> milliseconds = new ArrayList<>();
        List<String> tasks = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            long began = System.nanoTime();
            JsonNode accepted = submit("large");
            milliseconds.add((System.nanoTime() - began) / 1_000_000);
            assertThat(accepted.path("preparing").asBoolean()).isTrue();
            assertThat(accepted.path("total_files").asInt()).isBetween(0, 1000);
            tasks.add(accepted.path("task_id").asString());
        }
        milliseconds.sort(null);
        assertThat(milliseconds.get(2)).as("median of %s ms", milliseconds).isLessThan(500);
        List<String> cancelled = tasks.subList(1, 5);
        List<Integer> totals = cancelled.stream()
                .map(task -> {
                    JsonNode answer = client.post("/v1/tasks/" + task + "/cancel", "");
                    assertThat(client.task(task).path("outcome").asString())
                            .as("%s", answer)
                            .isEqualTo("cancelled");
                    return client.task(task).path("total_files").asInt();
                })
                .toList();

        startWorker();
        String task = tasks.get(0);
        awaitPrepared(task);

        assertEveryFileIsThereOnce(task);
        assertThat(database.jdbc
                        .sql("""
                                select min(f.started_at) < t.prepared_at
                                from upload_task t join file_task f on f.upload_task_id = t.id
                                where t.id = :id
                                group by t.id
                                """)
                        .param("id", UUID.fromString(task))
                        .query(Boolean.class)
                        .single())
                .as("a file ran before the last was listed")
                .isTrue();
        assertThat(cancelled.stream()
                        .map(id -> client.task(id).path("total_files").asInt())
                        .toList())
                .isEqualTo(totals);
        client.post("/v1/tasks/" + task + "/cancel", "");
        assertThat(client.task(task).path("processed_files").asInt()).isEqualTo(FILES);
    }

    @Test
    void aWorkerThatIsKilledWhileItListsLosesAndRepeatsNothing() {
        String task = submit("large").path("task_id").asString();
        Program killed = startWorker();
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> client.task(task).path("total_files").asInt() > 3000);
        killed.freeze(); // so that it cannot end between the look and the kill
        assertThat(client.task(task).path("preparing").asBoolean()).isTrue();
        killed.kill();

        startWorker();
        awaitPrepared(task);

        assertEveryFileIsThereOnce(task);
        client.post("/v1/tasks/" + task + "/cancel", "");
        assertThat(client.task(task).path("outcome").asString()).isEqualTo("cancelled");
    }
}
