package io.filemill.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.filemill.db.PostgresServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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
import tools.jackson.databind.json.JsonMapper;

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

    /** A frozen node cannot end a file between the look and the kill. */
    private void freezeWhileItRunsFiles(Program worker, String name, String task) {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            worker.freeze();
            boolean runs = files(task).stream()
                    .anyMatch(file -> file.path("status").asString().equals("running")
                            && file.path("node").asString().equals(name));
            if (!runs) {
                worker.resume();
            }
            return runs;
        });
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

        freezeWhileItRunsFiles(workers.get(victim), victim == 0 ? "first" : "second", task);
        workers.get(victim).kill();

        JsonNode ended = client.awaitEnd(task, Duration.ofSeconds(60));
        assertThat(ended.path("outcome").asString()).isEqualTo("success");
        assertThat(ended.path("successful_files").asInt()).isEqualTo(FILES);
        assertThat(rows()).isEqualTo(Map.of("files", (long) FILES, "completed", (long) FILES, "items", (long) FILES));
        List<JsonNode> crashed = files(task).stream()
                .filter(file -> file.path("crash_count").asInt() > 0)
                .toList();
        assertThat(crashed)
                .as("the killed node ran files, and held some for a quarter of a second")
                .isNotEmpty()
                .hasSizeLessThanOrEqualTo(16)
                .allSatisfy(file -> {
                    assertThat(file.path("retry_count").asInt()).isZero();
                    assertThat(file.path("node").asString()).isEqualTo(victim == 0 ? "second" : "first");
                });
        assertThat(nodes()).containsEntry(victim == 0 ? "first" : "second", "lost");
    }

    @Test
    void losesNoAttemptWhenThreeWorkersAreRestartedOneAfterTheOther() throws Exception {
        Map<String, Integer> healthPorts = Map.of("first", freePort(), "second", freePort(), "third", freePort());
        Map<String, String> settings = Map.of("FILEMILL_WORKER_DRAIN_GRACE", "3s", "FILEMILL_LOG_FORMAT", "ecs");
        Map<String, Program> workers = startWorkers(settings, healthPorts);
        assertThat(metrics(healthPorts.get("first"))).contains("filemill_node_ready 1.0");
        String longerThanTheGrace = submit(3, 8_000);
        await().atMost(Duration.ofSeconds(20))
                .until(() ->
                        client.task(longerThanTheGrace).path("running_files").asInt() == 3);
        List<String> withinTheGrace = List.of(submit(FILES, 100), submit(20, 1_000));
        awaitProcessed(withinTheGrace.get(0), 10);

        List<String> order = new ArrayList<>(workers.keySet());
        String busy = files(longerThanTheGrace).get(0).path("node").asString();
        order.remove(busy);
        order.add(0, busy);
        for (String name : order) {
            Program worker = workers.get(name);
            worker.askToEnd();
            if (name.equals(busy)) {
                await("says at once that it takes nothing more")
                        .atMost(Duration.ofSeconds(2))
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> readiness(healthPorts.get(name)) == 503);
                assertThat(worker.isAlive()).isTrue();
            }
            worker.awaitExit(Duration.ofSeconds(30));
            startWorkers(settings, Map.of(name + " again", freePort()));
        }

        for (String task : withinTheGrace) {
            assertThat(client.awaitEnd(task, Duration.ofSeconds(60))
                            .path("outcome")
                            .asString())
                    .isEqualTo("success");
            assertThat(files(task)).isNotEmpty().allSatisfy(file -> {
                assertThat(file.path("failure_count").asInt()).isZero();
                assertThat(file.path("retry_count").asInt()).isZero();
                assertThat(file.path("crash_count").asInt()).isZero();
            });
        }
        assertThat(client.awaitEnd(longerThanTheGrace, Duration.ofSeconds(60))
                        .path("outcome")
                        .asString())
                .isEqualTo("success");
        assertThat(files(longerThanTheGrace)).allSatisfy(file -> {
            assertThat(file.path("retry_count").asInt()).isZero();
            assertThat(file.path("crash_count").asInt()).isZero();
        });
        assertThat(files(longerThanTheGrace))
                .as("one was given back")
                .anySatisfy(file -> assertThat(file.path("attempt").asInt()).isGreaterThan(1));
        assertThat(workers.get(busy)
                        .output()
                        .lines()
                        .filter(line -> line.contains("File task released"))
                        .map(new JsonMapper()::readTree))
                .as("the log as JSON")
                .isNotEmpty()
                .allSatisfy(line -> {
                    assertThat(line.path("task_id").asString()).isEqualTo(longerThanTheGrace);
                    assertThat(line.path("attempt").asString()).isEqualTo("1");
                });
        assertThat(nodes())
                .containsEntry("first", "stopped")
                .containsEntry("second", "stopped")
                .containsEntry("third", "stopped");
    }

    /** Starts workers at the same time, and waits until each takes files. */
    private Map<String, Program> startWorkers(Map<String, String> settings, Map<String, Integer> healthPorts) {
        Map<String, Program> workers = new HashMap<>();
        healthPorts.forEach((name, port) -> {
            Map<String, String> environment = environment(name);
            environment.putAll(settings);
            environment.put("FILEMILL_WORKER_HEALTH_PORT", port.toString());
            workers.put(name, Program.worker(workDir, environment));
        });
        programs.addAll(workers.values());
        healthPorts
                .values()
                .forEach(port -> await().atMost(Duration.ofSeconds(90))
                        .pollInterval(Duration.ofMillis(100))
                        .until(() -> readiness(port) == 200));
        return workers;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String metrics(int port) throws IOException {
        var address = URI.create("http://127.0.0.1:" + port + "/actuator/prometheus");
        try (InputStream answer = address.toURL().openStream()) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static int readiness(int port) {
        try {
            var connection = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + port + "/readyz").toURL().openConnection();
            connection.setReadTimeout(5_000);
            return connection.getResponseCode();
        } catch (IOException e) {
            return 0; // not yet, or no longer
        }
    }

    @Test
    void changesNothingWithANodeThatWasFrozenPastItsLeaseAndWakes() {
        Program frozen = startWorker("frozen");
        String task = submit(3, 5_000);
        freezeWhileItRunsFiles(frozen, "frozen", task);
        startWorker("heir");

        client.awaitEnd(task, Duration.ofSeconds(90));
        List<JsonNode> ended = files(task);
        frozen.resume();

        assertThat(ended).allSatisfy(file -> {
            assertThat(file.path("status").asString()).isEqualTo("completed");
            assertThat(file.path("node").asString()).isEqualTo("heir");
        });
        String next = submit(6, 500);
        client.awaitEnd(next, Duration.ofSeconds(30));
        await().atMost(Duration.ofSeconds(30)).until(() -> nodes().get("frozen").equals("active"));
        assertThat(files(task)).as("after the frozen node ended them too").isEqualTo(ended);
        assertThat(ended).extracting(file -> file.path("crash_count").asInt()).contains(1);
    }

    @Test
    void runsAFileElsewhereWithinThirtySecondsAndQuarantinesItWhenItTookTwoNodesDown() {
        Program first = startWorker("first");
        String task = submit(1, 60_000);
        awaitRunningOn(task, "first");
        Program second = startWorker("second");
        first.kill();
        awaitRunningOn(task, "second");
        startWorker("third");
        second.kill();

        JsonNode ended = client.awaitEnd(task, Duration.ofSeconds(60));

        assertThat(ended.path("outcome").asString()).isEqualTo("failed");
        JsonNode quarantined = client.get("/v1/quarantine").path("files").path(0);
        assertThat(quarantined.path("error_code").asString()).isEqualTo("QUARANTINED");
        String path = "/v1/files/" + quarantined.path("file_id").asLong();
        assertThat(client.get(path).path("attempts").valueStream())
                .extracting(
                        attempt -> attempt.path("ended").asString(),
                        attempt -> attempt.path("node").asString())
                .containsExactly(tuple("crashed", "first"), tuple("crashed", "second"));

        assertThat(client.post(path + "/retry", "{}").path("retried").asInt()).isEqualTo(1);

        awaitRunningOn(task, "third");
        assertThat(client.get("/v1/quarantine").path("files")).isEmpty();
        client.post(path + "/cancel", "{}");
    }

    private void awaitRunningOn(String task, String node) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> files(task).stream()
                        .allMatch(file -> file.path("status").asString().equals("running")
                                && file.path("node").asString().equals(node)));
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
