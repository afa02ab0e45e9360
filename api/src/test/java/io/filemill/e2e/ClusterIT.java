package io.filemill.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.db.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.JsonNode;

/** One API and two workers as processes on one PostgreSQL, as a cluster runs them. */
class ClusterIT {
    private static final int FILES = 240;

    private final String url = PostgresServer.instance().newDatabase();
    private final List<Program> programs = new ArrayList<>();

    @TempDir
    Path workDir;

    private Client client = new Client("");

    @BeforeEach
    void startTheApi() {
        Program api = Program.filemill(workDir, environment("api"), "serve", "--no-worker", "--port", "0");
        programs.add(api);
        client = api.awaitServer();
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Program program : programs) {
            program.close();
        }
    }

    private Map<String, String> environment(String name) {
        return new HashMap<>(Map.of(
                "FILEMILL_DB_URL",
                url,
                "FILEMILL_DATA_DIR",
                workDir.toString(),
                "FILEMILL_NODE_NAME",
                name,
                "MAX_WORKERS",
                "3"));
    }

    private Program startWorker(String name) {
        Program worker = Program.worker(workDir, environment(name));
        programs.add(worker);
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> nodes().getOrDefault(name, "").equals("active"));
        return worker;
    }

    private Map<String, String> nodes() {
        return StreamSupport.stream(client.get("/v1/nodes").path("nodes").spliterator(), false)
                .collect(Collectors.toMap(
                        node -> node.path("name").asString(),
                        node -> node.path("status").asString()));
    }

    private String submit(int files, int delayMillis) {
        String items = IntStream.rangeClosed(1, files)
                .mapToObj(i -> "\"file " + i + "\"")
                .collect(Collectors.joining(","));
        return client.post(
                        "/v1/tasks",
                        "{\"processor\":\"noop\",\"settings\":{\"delay_ms\":" + delayMillis + "},\"items\":[" + items
                                + "]}")
                .path("task_id")
                .asString();
    }

    private List<JsonNode> files(String task) {
        return StreamSupport.stream(
                        client.get("/v1/tasks/" + task + "/files?limit=1000")
                                .path("files")
                                .spliterator(),
                        false)
                .toList();
    }

    private void awaitProcessed(String task, int files) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> client.task(task).path("processed_files").asInt() >= files);
    }

    /** What the rows say, past every view. */
    private Map<String, Object> rows() {
        return JdbcClient.create(new DriverManagerDataSource(url))
                .sql("""
                        select count(*) as files, count(*) filter (where status = 'completed') as completed,
                               count(distinct item) as items
                        from file_task
                        """)
                .query()
                .singleRow();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void losesNothingWhenAWorkerIsKilled(int victim) {
        List<Program> workers = List.of(startWorker("first"), startWorker("second"));
        String task = submit(FILES, 100);
        awaitProcessed(task, FILES / 6);

        workers.get(victim).kill();

        JsonNode ended = client.awaitEnd(task, Duration.ofSeconds(60));
        assertThat(ended.path("outcome").asString()).isEqualTo("success");
        assertThat(ended.path("successful_files").asInt()).isEqualTo(FILES);
        assertThat(rows()).isEqualTo(Map.of("files", (long) FILES, "completed", (long) FILES, "items", (long) FILES));
        List<JsonNode> crashed = files(task).stream()
                .filter(file -> file.path("crash_count").asInt() > 0)
                .toList();
        assertThat(crashed)
                .as("the killed node ran files")
                .isNotEmpty()
                .hasSizeLessThanOrEqualTo(3)
                .allSatisfy(file -> {
                    assertThat(file.path("retry_count").asInt()).isZero();
                    assertThat(file.path("node").asString()).isEqualTo(victim == 0 ? "second" : "first");
                });
        assertThat(nodes()).containsEntry(victim == 0 ? "first" : "second", "lost");
    }

    @Test
    void runsTheFilesOfAKilledWorkerElsewhereWithinThirtySeconds() {
        Program victim = startWorker("victim");
        String task = submit(3, 20_000);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> client.task(task).path("running_files").asInt() == 3);
        startWorker("heir");

        victim.kill();

        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> files(task).stream()
                        .allMatch(file -> file.path("status").asString().equals("running")
                                && file.path("node").asString().equals("heir")));
    }

    @Test
    void losesNoAttemptWhenWorkersAreRestartedOneAfterTheOther() throws Exception {
        Program first = startWorker("first");
        Program second = startWorker("second");
        String task = submit(FILES, 100);
        awaitProcessed(task, FILES / 8);

        first.terminate();
        startWorker("third");
        second.terminate();

        JsonNode ended = client.awaitEnd(task, Duration.ofSeconds(60));
        assertThat(ended.path("outcome").asString()).isEqualTo("success");
        assertThat(files(task)).hasSize(FILES).allSatisfy(file -> {
            assertThat(file.path("attempt").asInt()).isEqualTo(1);
            assertThat(file.path("crash_count").asInt()).isZero();
        });
        assertThat(nodes()).containsEntry("first", "stopped").containsEntry("second", "stopped");
    }

    @Test
    void stopsTheRunningFilesOfACancelledTaskOnAnotherNode() {
        startWorker("only");
        String task = submit(30, 600_000);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> client.task(task).path("running_files").asInt() == 3);

        client.post("/v1/tasks/" + task + "/cancel", "{}");

        assertThat(client.task(task).path("outcome").asString()).isEqualTo("cancelled");
        assertThat(client.task(task).path("processed_files").asInt()).isEqualTo(30);
        String next = submit(3, 0);
        assertThat(client.awaitEnd(next, Duration.ofSeconds(10)).path("outcome").asString())
                .isEqualTo("success");
    }
}
