package io.filemill.api.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.api.RunningApi;
import io.filemill.api.RunningApi.Answer;
import io.filemill.api.live.EventReader;
import io.filemill.api.live.EventReader.Received;
import io.filemill.api.live.TaskFeed;
import io.filemill.db.PostgresExtension;
import io.filemill.db.StatementCounter;
import io.filemill.db.TestDatabase;
import io.filemill.db.task.FinishedFile;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What clients are told while tasks change, by two servers on one database, each with very few connections to it. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LiveIT {
    private static final int LISTENERS = 500;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private TestDatabase database;
    private Path folder;
    private StatementCounter statements;
    private RunningApi one;
    private RunningApi other;

    @BeforeAll
    void start(TestDatabase database, @TempDir Path folder) {
        this.database = database;
        this.folder = folder;
        statements = StatementCounter.of(database.url);
        one = server(statements.through(database.url));
        other = server(database.url);
    }

    private RunningApi server(String url) {
        return RunningApi.start(
                Map.of("filemill.db.url", url, "filemill.db.data-dir", folder, "filemill.db.pool-size", 2));
    }

    @AfterAll
    void stop() throws IOException {
        one.close();
        other.close();
        statements.close();
    }

    private UUID submit(String... items) {
        String json = "{\"processor\": \"noop\", \"items\": [\"" + String.join("\", \"", items) + "\"]}";
        return UUID.fromString(
                one.postJson("/v1/tasks", json).json().get("task_id").stringValue());
    }

    private EventReader listen(RunningApi server, String path, String lastEventId) {
        return EventReader.open(client, server.uri(path), lastEventId);
    }

    private static String events(UUID task) {
        return "/v1/tasks/" + task + "/events";
    }

    private static UUID taskOf(Received event) {
        return UUID.fromString(event.data().get("task_id").stringValue());
    }

    private static Predicate<Received> has(String member, int value) {
        return event -> event.data().get(member).intValue() == value;
    }

    private static Predicate<Received> paused(boolean paused) {
        return event -> event.data().get("paused").booleanValue() == paused;
    }

    private static Predicate<Received> of(UUID task) {
        return event -> taskOf(event).equals(task);
    }

    private static boolean isEnd(Received event) {
        return event.name().equals("end");
    }

    @Test
    void tellsWhatTheTaskIsLikeAndThenEachChangeUntilItsEnd() {
        UUID task = submit("a", "b");
        long first = database.fileIds(task).get(0);
        try (EventReader reader = listen(other, events(task), "")) {
            Received before = reader.next(has("pending_files", 2));
            assertThat(before.name()).isEqualTo("task");
            assertThat(before.data().propertyNames())
                    .isEqualTo(one.get("/v1/tasks/" + task).json().propertyNames());

            assertThat(database.fileTasks.claim(first, 1, database.node())).isPresent();
            reader.next(has("running_files", 1));

            database.fileTasks.finish(List.of(FinishedFile.failed(first, 1, TestDatabase.corrupt())));
            Received failed = reader.next(has("failed_files", 1));
            assertThat(failed.data().get("files_per_second").doubleValue()).isPositive();
            assertThat(failed.data().get("eta_seconds").isNumber()).isTrue();

            one.post("/v1/tasks/" + task + "/cancel");
            Received end = reader.next(LiveIT::isEnd);
            assertThat(end.data().get("outcome").stringValue()).isEqualTo("cancelled");
            reader.awaitEnd();
            assertThat(reader.events()).last().isEqualTo(end);

            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(
                                    listen(one, events(task), nowAsId()).status())
                            .as("of a stream whose end was seen")
                            .isEqualTo(204));
        }
        try (EventReader late = listen(one, events(task), "")) {
            late.next(LiveIT::isEnd);
            late.awaitEnd();
            assertThat(late.events()).hasSize(1);
        }
    }

    @Test
    void aChangeOnOneServerIsToldByAnotherWithinASecond() {
        UUID task = submit("a");
        try (EventReader reader = listen(other, events(task), "")) {
            reader.next(paused(false));
            long[] lags = IntStream.range(0, 5)
                    .mapToLong(i -> {
                        boolean pause = i % 2 == 0;
                        String path = "/v1/tasks/" + task + (pause ? "/pause" : "/resume");
                        assertThat(one.post(path).status()).isEqualTo(200);
                        long changed = System.nanoTime();
                        return reader.next(paused(pause)).nanos() - changed;
                    })
                    .sorted()
                    .toArray();

            assertThat(Duration.ofNanos(lags[2])).as("median").isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void whoeverComesBackIsToldWhatWasMissedByAnyServer() {
        UUID ended = submit("a");
        UUID changed = submit("a");
        UUID unchanged = submit("a");
        String lastId;
        try (EventReader reader = listen(one, "/v1/events", "")) {
            reader.next(of(ended));
            reader.next(of(changed));
            reader.next(of(unchanged));
            lastId = awaitIdAfter(reader, unchanged);
        }
        one.post("/v1/tasks/" + ended + "/cancel");
        one.post("/v1/tasks/" + changed + "/pause");
        UUID added = submit("a", "b");

        try (EventReader reader = listen(other, "/v1/events", lastId)) {
            assertThat(reader.next(of(ended)).name()).isEqualTo("end");
            assertThat(reader.next(of(changed)).name()).isEqualTo("task");
            assertThat(reader.next(of(added)).name()).isEqualTo("task");

            one.post("/v1/tasks/" + added + "/cancel");
            reader.next(of(added).and(LiveIT::isEnd));
            assertThat(reader.events()).noneMatch(of(unchanged));
            assertThat(reader.hasEnded()).as("a stream of all tasks goes on").isFalse();
        }
    }

    /** The id of an event, and none that allows for a transaction that went on when the task was changed, autovacuum's for example. */
    private String awaitIdAfter(EventReader reader, UUID task) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(200)).until(() -> {
            boolean after = !reader.lastId().isEmpty()
                    && database.jdbc
                            .sql("""
                            select transaction_of(xmin, pg_snapshot_xmax(pg_current_snapshot())::text::bigint) < :id
                            from upload_task where id = :task
                            """)
                            .param("id", Long.valueOf(reader.lastId()))
                            .param("task", task)
                            .query(Boolean.class)
                            .single();
            if (!after) {
                one.post("/v1/tasks/" + submit("a") + "/cancel");
            }
            return after;
        });
        return reader.lastId();
    }

    private String nowAsId() {
        return database.jdbc
                .sql("select pg_snapshot_xmin(pg_current_snapshot())::text")
                .query(String.class)
                .single();
    }

    @Test
    void hundredsListenWithTwoConnectionsToTheDatabase() {
        UUID task = submit("a", "b");
        List<EventReader> readers = IntStream.range(0, LISTENERS)
                .mapToObj(i -> listen(one, i % 2 == 0 ? events(task) : "/v1/events", ""))
                .toList();
        readers.forEach(reader -> reader.next(paused(false)));
        TaskFeed feed = one.bean(TaskFeed.class);
        await().atMost(LIMIT).until(() -> feed.listeners() >= LISTENERS);

        statements.reset();
        one.post("/v1/tasks/" + task + "/pause");
        readers.forEach(reader -> reader.next(paused(true)));
        assertThat(statements.statements()).as(statements.table()).isLessThan(LISTENERS / 5);

        readers.forEach(EventReader::close);
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(300)).until(() -> {
            one.post("/v1/tasks/" + task + "/resume"); // what cannot be sent shows that somebody has gone
            one.post("/v1/tasks/" + task + "/pause");
            return feed.listeners() == 0;
        });
        await().pollDelay(Duration.ofMillis(600)).until(() -> true);
        statements.reset();
        await().pollDelay(Duration.ofMillis(1100)).until(() -> true);
        assertThat(statements.table()).as("nobody listens").doesNotContain("pg_current_snapshot");
    }

    @Test
    void anotherUsersTaskIsOneThatDoesNotExist() {
        UUID foreign = database.submit("bob", 1);
        UUID missing = UUID.randomUUID();
        for (String path : List.of("/events", "?wait=1")) {
            Answer answer = one.get("/v1/tasks/" + foreign + path);
            Answer expected = one.get("/v1/tasks/" + missing + path);
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.text()).isEqualTo(expected.text().replace(missing.toString(), foreign.toString()));
        }
        UUID own = submit("a");
        try (EventReader reader = listen(one, "/v1/events", "")) {
            reader.next(of(own));
            assertThat(reader.events()).noneMatch(of(foreign));
        }
    }

    @Test
    void anAnswerWaitsForTheNextChange() {
        UUID task = submit("a");
        String tag = one.get("/v1/tasks/" + task).header("ETag");
        CompletableFuture<Answer> plain =
                CompletableFuture.supplyAsync(() -> one.get("/v1/tasks/" + task + "?wait=60"));
        CompletableFuture<Answer> tagged = CompletableFuture.supplyAsync(() -> ask(other, task, 60, tag));

        await().atMost(LIMIT).pollInterval(Duration.ofMillis(700)).until(() -> {
            one.post("/v1/tasks/" + task
                    + "/resume"); // again and again, since nobody knows when the requests have arrived
            one.post("/v1/tasks/" + task + "/pause");
            return plain.isDone() && tagged.isDone();
        });

        for (Answer answer : List.of(plain.join(), tagged.join())) {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().get("task_id").stringValue()).isEqualTo(task.toString());
            assertThat(answer.header("ETag")).startsWith("W/").isNotEqualTo(tag);
            assertThat(answer.header("Cache-Control")).isEqualTo("no-cache");
        }
    }

    private static Answer ask(RunningApi server, UUID task, int wait, String tag) {
        return server.send(HttpRequest.newBuilder(server.uri("/v1/tasks/" + task + "?wait=" + wait))
                .header("If-None-Match", tag));
    }

    @Test
    void anAnswerWaitsOnlyForWhatTheClientDoesNotKnow() {
        UUID task = submit("a");
        String tag = one.get("/v1/tasks/" + task).header("ETag");
        assertThat(ask(one, task, 60, "W/\"another\"").status()).as("at once").isEqualTo(200);
        assertThat(ask(one, task, 1, tag).status()).as("at the end of the time").isEqualTo(304);

        one.post("/v1/tasks/" + task + "/cancel");

        Answer ended = one.get("/v1/tasks/" + task + "?wait=60");
        assertThat(ended.status()).as("at once").isEqualTo(200);
        assertThat(ask(one, task, 0, ended.header("ETag")).status()).isEqualTo(304);
    }

    @Test
    void theTimeToWaitIsChecked() {
        UUID task = submit("a");
        for (String wait : List.of("61", "-1", "a", "")) {
            Answer answer = one.get("/v1/tasks/" + task + "?wait=" + wait);
            assertThat(answer.status()).as(wait).isEqualTo(400);
            assertThat(answer.json().get("detail").stringValue()).contains("wait");
        }
        assertThat(one.get("/v1/tasks/" + task + "?wait=0").status()).isEqualTo(200);
    }

    @Test
    void aServerThatStopsSendsItsListenersAway() {
        UUID task = submit("a");
        try (RunningApi third = server(database.url);
                EventReader reader = listen(third, events(task), "")) {
            reader.next(paused(false));
            CompletableFuture<Answer> waiting =
                    CompletableFuture.supplyAsync(() -> third.get("/v1/tasks/" + task + "?wait=60"));
            await().atMost(LIMIT).until(() -> third.bean(TaskFeed.class).listeners() == 2);

            long start = System.nanoTime();
            third.close();

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(LIMIT); // the web server would wait for 30 s
            reader.awaitEnd();
            assertThat(waiting.join().status()).isEqualTo(200);
        }
    }

    @Test
    void aTaskTellsHowManyFilesComeBeforeIt() {
        database.submit("bob", 100, 9); // 64 of them are given out, which is what fits into the window without nodes
        UUID task = submit("a", "b");

        await().atMost(LIMIT).untilAsserted(() -> assertThat(filesAhead(task)).isEqualTo(36));

        one.post("/v1/tasks/" + task + "/pause");
        JsonNode paused = one.get("/v1/tasks/" + task).json();
        assertThat(paused.get("files_ahead").isNull()).isTrue();
        assertThat(paused.get("eta_seconds").isNull()).isTrue();
    }

    private int filesAhead(UUID task) {
        return one.get("/v1/tasks/" + task).json().path("files_ahead").asInt(-1);
    }
}
