package io.filemill.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One API and two workers as processes, and what becomes of them when PostgreSQL goes away and comes back. The system property {@code
 * filemill.test.outage-seconds} makes the outage longer, {@code filemill.test.seed} repeats the random moments of a run.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutageIT {
    private static final Duration OUTAGE = Duration.ofSeconds(Long.getLong("filemill.test.outage-seconds", 20));
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(12); // some seconds, on a machine that is busy
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Program> programs = new ArrayList<>();
    private final Map<String, Integer> healthPorts = new LinkedHashMap<>();

    @TempDir
    static Path workDir;

    private PostgresProcess postgres;
    private JdbcClient jdbc;
    private Client client;

    @BeforeAll
    void startTheCluster() throws IOException {
        postgres = PostgresProcess.start(workDir.resolve("postgres"));
        jdbc = JdbcClient.create(new DriverManagerDataSource(postgres.url()));
        Program api = Program.filemill(workDir, environment("api"), "serve", "--no-worker", "--port", "0");
        programs.add(api);
        client = api.awaitServer();
        for (String name : List.of("first", "second")) {
            healthPorts.put(name, freePort());
            programs.add(Program.worker(workDir, environment(name)));
        }
        for (String name : healthPorts.keySet()) {
            await().atMost(Duration.ofSeconds(90)).until(() -> worker(name, "/readyz") == 200);
        }
    }

    @AfterAll
    void stopTheCluster() throws Exception {
        for (Program program : programs) {
            program.close();
        }
        postgres.close();
    }

    private Map<String, String> environment(String name) {
        var environment = new HashMap<>(Map.of(
                "FILEMILL_DB_URL",
                postgres.url(),
                "FILEMILL_DATA_DIR",
                workDir.toString(),
                "FILEMILL_NODE_NAME",
                name,
                "MAX_WORKERS",
                "3"));
        if (healthPorts.containsKey(name)) {
            environment.put("FILEMILL_WORKER_HEALTH_PORT", healthPorts.get(name).toString());
        }
        return environment;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private String submit(int files, int delayMillis) {
        return client.post("/v1/tasks", items(files, delayMillis))
                .path("task_id")
                .asString();
    }

    private static String items(int files, int delayMillis) {
        String items = IntStream.rangeClosed(1, files)
                .mapToObj(i -> "\"file " + i + "\"")
                .collect(Collectors.joining(","));
        return "{\"processor\":\"noop\",\"settings\":{\"delay_ms\":" + delayMillis + "},\"items\":[" + items + "]}";
    }

    private CompletableFuture<HttpResponse<String>> send(String method, String path, String type, String body) {
        return http.sendAsync(
                HttpRequest.newBuilder(URI.create(client.address() + path))
                        .timeout(Duration.ofSeconds(60))
                        .header("Content-Type", type)
                        .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private int api(String path) {
        return send("GET", path, "application/json", "").join().statusCode();
    }

    private int worker(String name, String path) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + healthPorts.get(name) + path));
        return http.sendAsync(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.discarding())
                .handle((response, failure) -> failure == null ? response.statusCode() : 0)
                .join();
    }

    private void awaitProcessed(String task, int files) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> client.task(task).path("processed_files").asInt() >= files);
    }

    private static void pause(Duration time) {
        await().pollDelay(time).atMost(time.plusSeconds(60)).until(() -> true);
    }

    private void awaitReady(Duration limit) {
        await().atMost(limit).until(() -> api("/readyz") == 200);
    }

    /** Every file ended once and well, and the counters say what the rows say. */
    private void assertNothingIsLost(String task, int files) {
        JsonNode ended = client.awaitEnd(task, Duration.ofSeconds(90));
        assertThat(ended.path("outcome").asString()).as("%s", ended).isEqualTo("success");
        assertThat(ended.path("successful_files").asInt()).isEqualTo(files);
        Map<String, Object> rows = jdbc.sql("""
                select count(*) as files, count(*) filter (where status = 'completed') as completed,
                       sum(retry_count) as retries, sum(crash_count) as crashes, max(attempt) as attempts
                from file_task where upload_task_id = :task::uuid
                """).param("task", task).query().singleRow();
        assertThat(rows)
                .containsEntry("files", (long) files)
                .containsEntry("completed", (long) files)
                .containsEntry("retries", 0L)
                .containsEntry("crashes", 0L);
        assertThat((Integer) rows.get("attempts")).isLessThanOrEqualTo(4);
        report(task + ": " + rows);
    }

    private static void report(String figures) {
        System.out.println("OutageIT " + figures);
    }

    @Test
    void goesOnByItselfAfterAnOutage() throws Exception {
        String longFiles = submit(2, (int) OUTAGE.toMillis() / 2);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> client.task(longFiles).path("running_files").asInt() == 2);
        String shortFiles = submit(200, 200);
        awaitProcessed(shortFiles, 20);

        postgres.kill();
        long away = System.nanoTime();
        assertThatEveryRouteSaysThatItIsUnavailable(longFiles);
        assertThat(api("/readyz")).isEqualTo(503);
        assertThat(api("/livez")).isEqualTo(200);
        pause(OUTAGE.minusNanos(System.nanoTime() - away).minusSeconds(1));
        for (String name : healthPorts.keySet()) {
            assertThat(worker(name, "/livez")).as(name + " lives").isEqualTo(200);
            assertThat(worker(name, "/readyz")).as(name + " is ready").isEqualTo(503);
        }
        assertThat(api("/livez")).isEqualTo(200);

        postgres.restart();
        long back = System.nanoTime();
        String start = jdbc.sql("select now()::text").query(String.class).single();
        await("files start again")
                .atMost(Duration.ofSeconds(15))
                .until(() -> jdbc.sql("select exists (select from file_task where started_at > :start::timestamptz)")
                        .param("start", start)
                        .query(Boolean.class)
                        .single());
        report("outage of " + OUTAGE.toSeconds() + " s, files start again after "
                + Duration.ofNanos(System.nanoTime() - back).toMillis() + " ms");
        awaitReady(Duration.ofSeconds(15));
        for (String name : healthPorts.keySet()) {
            await().atMost(Duration.ofSeconds(30)).until(() -> worker(name, "/readyz") == 200);
        }
        report("all ready after " + Duration.ofNanos(System.nanoTime() - back).toMillis() + " ms");

        assertNothingIsLost(longFiles, 2);
        assertNothingIsLost(shortFiles, 200);
        assertThat(jdbc.sql("select count(*) from upload_task where total_files = 7")
                        .query(Integer.class)
                        .single())
                .as("a refused task left nothing")
                .isZero();
        try (Stream<Path> files = Files.walk(Files.createDirectories(workDir.resolve("files")))) {
            assertThat(files.filter(Files::isRegularFile))
                    .as("bytes of a refused upload")
                    .isEmpty();
        }
    }

    private void assertThatEveryRouteSaysThatItIsUnavailable(String task) {
        String json = "application/json";
        String multipart = "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n"
                + "some text\r\n--limit--\r\n";
        String form = "multipart/form-data; boundary=limit";
        record Call(String method, String path, String type, String body) {}
        List<Call> calls = List.of(
                new Call("GET", "/v1/tasks", json, ""),
                new Call("GET", "/v1/tasks/" + task, json, ""),
                new Call("GET", "/v1/tasks/" + task + "/files", json, ""),
                new Call("POST", "/v1/tasks/" + task + "/cancel", json, ""),
                new Call("POST", "/v1/tasks", json, items(7, 0)),
                new Call("POST", "/v1/tasks", form, multipart),
                new Call("GET", "/v1/nodes", json, ""),
                new Call("GET", "/v1/search?q=word", json, ""),
                new Call("GET", "/tasks", json, ""),
                new Call("GET", "/tasks/" + task, json, ""),
                new Call("POST", "/tasks/" + task + "/cancel", json, ""),
                new Call("POST", "/router/upload_ingest", form, multipart));
        long start = System.nanoTime();
        Map<Call, CompletableFuture<HttpResponse<String>>> answers = new LinkedHashMap<>();
        calls.forEach(call -> answers.put(call, send(call.method(), call.path(), call.type(), call.body())));
        answers.forEach((call, answer) -> {
            HttpResponse<String> response = answer.join();
            assertThat(response.statusCode())
                    .as("%s: %s", call, response.body())
                    .isEqualTo(503);
            assertThat(response.headers().firstValue("Retry-After"))
                    .as("%s", call)
                    .isPresent();
            JsonNode body = JSON.readTree(response.body());
            if (call.path().startsWith("/v1/")) {
                assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
                assertThat(body.path("type").asString()).isEqualTo("/problems/unavailable");
            } else {
                assertThat(body.path("error").asString()).isNotEmpty();
            }
        });
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        report("12 routes answered 503 within " + took.toMillis() + " ms");
        assertThat(took).isLessThan(LONGEST_ANSWER);
    }

    @Test
    void losesNothingWhenAllConnectionsAreTerminatedAtRandom() {
        long seed = Long.getLong("filemill.test.seed", System.nanoTime());
        report("seed " + seed);
        var random = new Random(seed);
        String task = submit(150, 100);
        awaitProcessed(task, 5);

        int terminated = 0;
        for (int round = 0; round < 20; round++) {
            pause(Duration.ofMillis(1 + random.nextInt(300)));
            terminated += jdbc.sql("""
                    select count(pg_terminate_backend(pid)) from pg_stat_activity
                    where backend_type = 'client backend' and pid <> pg_backend_pid()
                    """).query(Integer.class).single();
        }

        report("terminated " + terminated + " connections");
        assertThat(terminated).isGreaterThan(20);
        pause(Duration.ofSeconds(1));
        awaitReady(Duration.ofSeconds(15));
        assertNothingIsLost(task, 150);
    }

    @Test
    void losesNothingWhenPostgresIsRestarted() throws Exception {
        String task = submit(100, 100);
        awaitProcessed(task, 10);

        postgres.stop();
        pause(Duration.ofSeconds(7)); // JobRunr gives up after at most five
        postgres.restart();

        awaitReady(Duration.ofSeconds(15));
        assertNothingIsLost(task, 100);
    }
}
