package io.filemill.api.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.api.RunningApi;
import io.filemill.api.RunningApi.Answer;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.task.ClaimedFile;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.webhook.Attempt;
import io.filemill.db.webhook.ClaimedDelivery;
import io.filemill.db.webhook.NewWebhook;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Webhooks over HTTP, from their creation to what a receiver gets. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebhookIT {
    private static final String ALL_EVENTS = "[\"task.created\", \"task.completed\", \"task.cancelled\"]";

    private RunningApi api;
    private TestDatabase db;
    private Receiver receiver;

    @BeforeAll
    void start(TestDatabase database, @TempDir Path folder) {
        db = database;
        api = RunningApi.start(Map.of(
                "filemill.db.url",
                database.url,
                "filemill.db.data-dir",
                folder,
                "filemill.tokens.key",
                "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
                "filemill.webhook.allowed-networks",
                "127.0.0.0/8",
                "filemill.webhook.max-per-user",
                5,
                "filemill.webhook.first-retry",
                "200ms",
                "filemill.webhook.longest-retry",
                "400ms"));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @BeforeEach
    void startAReceiver() throws IOException {
        receiver = Receiver.start();
    }

    @AfterEach
    void stopIt() {
        receiver.close();
    }

    private JsonNode create(String url) {
        Answer created = api.postJson("/v1/webhooks", "{\"url\": \"" + url + "\", \"events\": " + ALL_EVENTS + "}");
        assertThat(created.status()).as(created.text()).isEqualTo(201);
        assertThat(created.header("Location"))
                .isEqualTo("/v1/webhooks/" + created.json().get("id").stringValue());
        return created.json();
    }

    private Answer patch(String path, String json) {
        return api.send(HttpRequest.newBuilder(api.uri(path))
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString(json)));
    }

    private Answer delete(String path) {
        return api.send(HttpRequest.newBuilder(api.uri(path)).DELETE());
    }

    private String submit(int files) {
        String items = IntStream.range(0, files)
                .mapToObj(i -> "\"item " + i + "\"")
                .toList()
                .toString();
        Answer accepted = api.postJson("/v1/tasks", "{\"processor\": \"noop\", \"items\": " + items + "}");
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(201);
        return accepted.json().get("task_id").stringValue();
    }

    private void finish(String task) {
        UUID node = db.node();
        for (long id : db.fileIds(UUID.fromString(task))) {
            ClaimedFile file = db.fileTasks.claim(id, db.attempt(id), node).orElseThrow();
            db.fileTasks.finish(List.of(FinishedFile.with(
                    file.id(), file.attempt(), TaskStatus.COMPLETED, JsonNodeFactory.instance.objectNode())));
        }
    }

    private JsonNode deliveries(JsonNode webhook) {
        return api.get("/v1/webhooks/" + webhook.get("id").stringValue() + "/deliveries")
                .json()
                .get("deliveries");
    }

    private void awaitState(JsonNode webhook, String... states) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(deliveries(webhook).valueStream())
                        .extracting(delivery -> delivery.get("status").stringValue())
                        .containsExactly(states));
    }

    private static void assertProblem(Answer answer, int status, String type) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.json().get("type").stringValue()).isEqualTo("/problems/" + type);
    }

    @Test
    void aReceiverIsToldOfATaskInOrderWithSignatures() {
        JsonNode webhook = create(receiver.url());
        String secret = webhook.get("secret").stringValue();

        String task = submit(2);
        finish(task);

        awaitState(webhook, "delivered", "delivered");
        List<Receiver.Received> told = receiver.of(task);
        assertThat(told).extracting(Receiver.Received::sequence).containsExactly(1, 2);
        assertThat(told).extracting(Receiver.Received::id).doesNotHaveDuplicates();
        assertThat(told).allMatch(request -> request.isSignedWith(secret));
        JsonNode payload = told.get(1).json();
        assertThat(payload.get("type").stringValue()).isEqualTo("task.completed");
        assertThat(payload.get("id").stringValue()).isEqualTo(told.get(1).id());
        JsonNode shown = api.get("/v1/tasks/" + task).json();
        for (String member : List.of("task_id", "status", "outcome", "total_files", "successful_files", "processor")) {
            assertThat(payload.get("data").get(member)).as(member).isEqualTo(shown.get(member));
        }
        JsonNode newest = deliveries(webhook).get(0);
        assertThat(newest.get("event_id").stringValue()).isEqualTo(told.get(1).id());
        assertThat(newest.get("task_id").stringValue()).isEqualTo(task);
        assertThat(newest.get("response_status").intValue()).isEqualTo(204);
        assertThat(newest.get("duration_ms").isInt()).isTrue();
        assertThat(newest.get("error").isNull()).isTrue();
        assertThat(newest.has("payload")).isFalse();
        String path = "/v1/webhooks/" + webhook.get("id").stringValue() + "/deliveries/" + newest.get("id");
        assertThat(api.get(path).json().get("payload")).isEqualTo(payload);
    }

    @Test
    void aReceiverThatWasDownIsToldLaterOnceAndInOrder() throws IOException {
        JsonNode webhook = create(receiver.url());
        int port = receiver.port();
        receiver.close();
        String first = submit(1);
        finish(first);
        String second = submit(1);
        api.post("/v1/tasks/" + second + "/cancel");
        await().until(() -> deliveries(webhook)
                        .valueStream()
                        .filter(delivery -> delivery.get("attempts").intValue() >= 2)
                        .count()
                >= 2);
        assertThat(api.get("/v1/webhooks/" + webhook.get("id").stringValue())
                        .json()
                        .get("failing_since")
                        .isString())
                .isTrue();

        receiver = Receiver.startAt(port);

        awaitState(webhook, "delivered", "delivered", "delivered", "delivered");
        for (String task : List.of(first, second)) {
            assertThat(receiver.of(task))
                    .extracting(Receiver.Received::sequence)
                    .containsExactly(1, 2);
        }
        assertThat(receiver.of(second).get(1).json().get("type").stringValue()).isEqualTo("task.cancelled");
        assertThat(api.get("/v1/webhooks/" + webhook.get("id").stringValue())
                        .json()
                        .get("failing_since")
                        .isNull())
                .isTrue();
    }

    @Test
    void whatAProcessHeldWhenItDiedIsSentAgainWithTheSameId() {
        JsonNode webhook = create(receiver.url());
        UUID id = UUID.fromString(webhook.get("id").stringValue());
        ClaimedDelivery held = Objects.requireNonNull(db.transaction.execute(status -> {
            db.deliveries.ping("anonymous", id); // nobody else sees it before it is claimed
            return db.deliveries.claim(1, 4, Duration.ofMillis(300)).get(0);
        }));

        await().until(() -> api.post("/v1/webhooks/" + id + "/test").status() == 202
                && receiver.received().stream()
                        .anyMatch(request -> request.id().equals(held.eventId().toString())));

        assertThat(db.deliveries.succeeded(held, new Attempt(200, Duration.ZERO, null)))
                .isFalse();
        JsonNode delivery =
                api.get("/v1/webhooks/" + id + "/deliveries/" + held.id()).json();
        assertThat(delivery.get("attempts").intValue()).isEqualTo(2);
    }

    @Test
    void aSlowReceiverHoldsUpNobodyElse() throws Exception {
        var release = new CountDownLatch(1);
        try (Receiver slow = Receiver.start()) {
            slow.behave(exchange -> {
                try {
                    release.await(10, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                Receiver.ok(exchange);
            });
            JsonNode held = create(slow.url());
            db.jdbc.sql("update webhook set host = 'slow.example'").update(); // for the limit they are two hosts
            JsonNode webhook = create(receiver.url());
            for (int i = 0; i < 8; i++) {
                api.post("/v1/webhooks/" + held.get("id").stringValue() + "/test");
            }
            await().until(() -> slow.received().size() == 4);

            api.post("/v1/webhooks/" + webhook.get("id").stringValue() + "/test");

            awaitState(webhook, "delivered");
            assertThat(slow.received()).as("as many as go to one host").hasSize(4);
            release.countDown();
            await().until(() -> slow.received().size() == 8);
        } finally {
            release.countDown();
        }
    }

    @Test
    void a410DisablesAndOtherFailuresAreRetried() {
        JsonNode webhook = create(receiver.url());
        String path = "/v1/webhooks/" + webhook.get("id").stringValue();
        receiver.behave(Receiver.status(500));
        Answer ping = api.post(path + "/test");
        assertThat(ping.status()).isEqualTo(202);
        assertThat(ping.json().get("event_type").stringValue()).isEqualTo("ping");
        await().until(() -> receiver.received().size() >= 2);

        receiver.behave(Receiver.status(410));

        awaitState(webhook, "failed");
        JsonNode disabled = api.get(path).json();
        assertThat(disabled.get("enabled").booleanValue()).isFalse();
        assertThat(disabled.get("disabled_reason").stringValue()).isEqualTo("gone");
        assertProblem(api.post(path + "/test"), 409, "webhook-disabled");
        String delivery = ping.json().get("id").toString();
        assertProblem(api.post(path + "/deliveries/" + delivery + "/redeliver"), 409, "webhook-disabled");

        receiver.behave(Receiver::ok);
        assertThat(patch(path, "{\"enabled\": true}")
                        .json()
                        .get("disabled_reason")
                        .isNull())
                .isTrue();
        int before = receiver.received().size();
        assertThat(api.post(path + "/deliveries/" + delivery + "/redeliver").status())
                .isEqualTo(202);
        awaitState(webhook, "delivered");
        assertThat(receiver.received())
                .hasSize(before + 1)
                .extracting(Receiver.Received::id)
                .containsOnly(ping.json().get("event_id").stringValue());
        assertProblem(api.post(path + "/deliveries/999999999/redeliver"), 404, "not-found");
        assertProblem(api.post(path + "/deliveries/x/redeliver"), 404, "not-found");
    }

    @Test
    void aRotatedSecretSignsBesideTheOneBefore() {
        JsonNode webhook = create(receiver.url());
        String path = "/v1/webhooks/" + webhook.get("id").stringValue();

        JsonNode rotated = api.post(path + "/rotate-secret").json();
        api.post(path + "/test");
        awaitState(webhook, "delivered");
        Receiver.Received both = receiver.received().get(0);
        assertThat(both.isSignedWith(webhook.get("secret").stringValue())).isTrue();
        assertThat(both.isSignedWith(rotated.get("secret").stringValue())).isTrue();
        assertThat(rotated.get("previous_secret_until").isString()).isTrue();

        String given = Secret.random().text();
        api.postJson(path + "/rotate-secret", "{\"secret\": \"" + given + "\", \"overlap_seconds\": 0}");
        api.post(path + "/test");
        awaitState(webhook, "delivered", "delivered");
        Receiver.Received one = receiver.received().get(1);
        assertThat(one.isSignedWith(given)).isTrue();
        assertThat(one.isSignedWith(rotated.get("secret").stringValue())).isFalse();
        assertProblem(api.postJson(path + "/rotate-secret", "{\"overlap_seconds\": -1}"), 400, "invalid-request");
        assertProblem(api.postJson(path + "/rotate-secret", "{\"secret\": \"x\"}"), 400, "invalid-request");
    }

    @Test
    void webhooksAreShownChangedAndDeleted() {
        JsonNode webhook = create(receiver.url());
        String path = "/v1/webhooks/" + webhook.get("id").stringValue();
        assertThat(webhook.get("secret").stringValue()).startsWith("whsec_");

        Answer shown = api.get(path);
        assertThat(shown.json().has("secret")).isFalse();
        assertThat(shown.text()).doesNotContain(webhook.get("secret").stringValue());
        assertThat(api.get("/v1/webhooks").json().get("webhooks").get(0)).isEqualTo(shown.json());

        JsonNode changed = patch(
                        path,
                        "{\"events\": [\"task.cancelled\"], \"description\": \"Only bad news\", \"enabled\": false}")
                .json();
        assertThat(changed.get("events").toString()).isEqualTo("[\"task.cancelled\"]");
        assertThat(changed.get("description").stringValue()).isEqualTo("Only bad news");
        assertThat(changed.get("enabled").booleanValue()).isFalse();
        assertThat(changed.get("url")).isEqualTo(webhook.get("url"));
        assertThat(patch(path, "{\"url\": \"http://127.0.0.1:9/\"}").json().get("description"))
                .isEqualTo(changed.get("description"));

        assertThat(delete(path).status()).isEqualTo(204);
        assertProblem(delete(path), 404, "not-found");
        assertProblem(api.get(path), 404, "not-found");
    }

    @Test
    void wrongRequestsAreRefusedAndLeaveNothing() {
        assertProblem(api.postJson("/v1/webhooks", "{}"), 400, "invalid-request");
        for (String url : List.of("http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest")) {
            assertProblem(api.postJson("/v1/webhooks", "{\"url\": \"" + url + "\"}"), 403, "address-not-allowed");
        }
        String rest = "\"url\": \"" + receiver.url() + "\"";
        for (String wrong : List.of(
                "\"url\": \"ftp://127.0.0.1/\"",
                rest + ", \"events\": []",
                rest + ", \"events\": [\"task.exploded\"]",
                rest + ", \"events\": [null]",
                rest + ", \"secret\": \"short\"",
                rest + ", \"description\": \"" + "x".repeat(501) + "\"",
                rest + ", \"description\": \"a\\u0000b\"")) {
            assertProblem(api.postJson("/v1/webhooks", "{" + wrong + "}"), 400, "invalid-request");
        }
        assertThat(api.get("/v1/webhooks").text()).isEqualTo("{\"webhooks\":[]}");

        for (int i = 0; i < 5; i++) {
            create(receiver.url());
        }
        assertProblem(api.postJson("/v1/webhooks", "{" + rest + "}"), 409, "too-many-webhooks");
        String path = "/v1/webhooks/"
                + api.get("/v1/webhooks")
                        .json()
                        .get("webhooks")
                        .get(0)
                        .get("id")
                        .stringValue();
        assertProblem(patch(path, "{\"url\": \"http://10.0.0.1/\"}"), 403, "address-not-allowed");
        assertProblem(patch(path, "{\"secret\": \"" + Secret.random().text() + "\"}"), 400, "invalid-request");
        assertProblem(api.get(path + "/deliveries?status=lost"), 400, "invalid-request");
        assertProblem(api.get(path + "/deliveries?limit=0"), 400, "invalid-request");
        assertProblem(api.get(path + "/deliveries?cursor=x"), 400, "invalid-request");
    }

    @Test
    void theLogIsReadInPages() {
        JsonNode webhook = create(receiver.url());
        String path = "/v1/webhooks/" + webhook.get("id").stringValue();
        for (int i = 0; i < 3; i++) {
            api.post(path + "/test");
        }

        JsonNode first = api.get(path + "/deliveries?limit=2").json();
        JsonNode second = api.get(path + "/deliveries?limit=2&cursor="
                        + first.get("next_cursor").stringValue())
                .json();

        assertThat(first.get("deliveries")).hasSize(2);
        assertThat(second.get("deliveries")).hasSize(1);
        assertThat(second.get("next_cursor").isNull()).isTrue();
        assertThat(second.get("deliveries").get(0).get("id").longValue())
                .isLessThan(first.get("deliveries").get(1).get("id").longValue());
        awaitState(webhook, "delivered", "delivered", "delivered");
        assertThat(api.get(path + "/deliveries?status=failed").json().get("deliveries"))
                .isEmpty();
    }

    @Test
    void aForeignWebhookIsNotThere() {
        UUID foreign = db.webhooks
                .create(
                        new NewWebhook(
                                UUID.randomUUID(),
                                "ann",
                                receiver.url(),
                                "127.0.0.1",
                                List.of("task.completed"),
                                "",
                                "plain:x",
                                true),
                        20)
                .orElseThrow()
                .id();
        long delivery = db.deliveries.ping("ann", foreign).orElseThrow().id();
        String path = "/v1/webhooks/" + foreign;

        List<Answer> answers = List.of(
                api.get(path),
                patch(path, "{\"enabled\": false}"),
                delete(path),
                api.post(path + "/rotate-secret"),
                api.post(path + "/test"),
                api.get(path + "/deliveries"),
                api.get(path + "/deliveries/" + delivery),
                api.post(path + "/deliveries/" + delivery + "/redeliver"));

        String missing = UUID.randomUUID().toString();
        String expected = api.get("/v1/webhooks/" + missing).text().replace(missing, foreign.toString());
        assertThat(answers).allSatisfy(answer -> assertProblem(answer, 404, "not-found"));
        assertThat(answers.get(0).text()).isEqualTo(expected);
        assertThat(api.get("/v1/webhooks").text()).isEqualTo("{\"webhooks\":[]}");
    }

    @Test
    void changesAreWrittenIntoTheAuditLog() {
        String id = create(receiver.url()).get("id").stringValue();
        patch("/v1/webhooks/" + id, "{\"enabled\": false}");
        api.postJson("/v1/webhooks/" + id + "/rotate-secret", "{}");
        delete("/v1/webhooks/" + id);
        assertThat(delete("/v1/webhooks/" + id).status()).isEqualTo(404);

        JsonNode events = api.get("/v1/audit?subject=" + id).json().get("events");
        assertThat(events.valueStream().map(event -> event.get("action").stringValue()))
                .containsExactly("webhook.delete", "webhook.rotate", "webhook.change", "webhook.create");
        assertThat(events.get(2).get("detail").toString()).isEqualTo("{\"host\":\"127.0.0.1\",\"enabled\":\"false\"}");
    }

    @Test
    void secretsAreSealedInTheDatabase() {
        JsonNode webhook = create(receiver.url());
        String id = webhook.get("id").stringValue();
        JsonNode rotated =
                api.postJson("/v1/webhooks/" + id + "/rotate-secret", "{}").json();
        String row = db.jdbc
                .sql("select webhook::text from webhook where id = :id::uuid")
                .param("id", id)
                .query(String.class)
                .single();
        assertThat(row)
                .contains("sealed:")
                .doesNotContain(webhook.get("secret").stringValue())
                .doesNotContain(rotated.get("secret").stringValue());
    }
}
