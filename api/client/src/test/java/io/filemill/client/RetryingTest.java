package io.filemill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.client.FakeServer.Answer;
import io.filemill.client.FakeServer.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RetryingTest {
    private static final Answer ACCEPTED = Answer.json(
            "{\"task_id\":\"00000000-0000-0000-0000-000000000001\",\"total_files\":2,\"status\":\"accepted\",\"later\":{}}");

    private final List<Duration> pauses = new ArrayList<>();

    private FilemillClient client(FakeServer server) {
        return FilemillClient.builder(server.uri()).pauses(pauses::add).build();
    }

    @Test
    void sendsASubmissionAgainUnderItsKeyAfterALostAnswer() {
        try (var server = new FakeServer(Answer.brokenConnection(), Answer.brokenConnection(), ACCEPTED)) {
            AcceptedTask accepted =
                    client(server).submitUploads(List.of(UploadFile.of("a", new byte[] {'x'})), TaskOptions.DEFAULTS);
            assertThat(accepted.totalFiles()).isEqualTo(2);
            assertThat(server.requests).hasSize(3);
            assertThat(server.requests)
                    .extracting(request -> request.header("Idempotency-key"))
                    .doesNotContain("")
                    .containsOnly(server.requests.get(0).header("Idempotency-key"));
            assertThat(server.requests).extracting(Request::body).allMatch(body -> body.contains("filename=\"a\""));
        }
    }

    @Test
    void waitsAsLongAsTheServerAsks() {
        Answer full = Answer.problem(429, "queue-full", Map.of("Retry-After", "7"));
        String in20Seconds = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(20));
        Answer away = Answer.problem(503, "unavailable", Map.of("Retry-After", in20Seconds));
        try (var server = new FakeServer(full, away, ACCEPTED)) {
            client(server).submitItems(List.of("a"), TaskOptions.of("noop").withIdempotencyKey("mine"));
            assertThat(pauses).hasSize(2);
            assertThat(pauses.get(0)).isBetween(Duration.ofSeconds(7), Duration.ofMillis(7200));
            assertThat(pauses.get(1)).isBetween(Duration.ofSeconds(10), Duration.ofMillis(20_200));
            assertThat(server.requests)
                    .allMatch(request -> request.header("Idempotency-key").equals("mine"));
        }
    }

    @Test
    void givesUpRatherThanWaitBeyondItsTime() {
        try (var server = new FakeServer(Answer.problem(503, "unavailable", Map.of("Retry-After", "3600")))) {
            assertThatThrownBy(() -> client(server).nodes())
                    .isInstanceOfSatisfying(
                            ProblemException.NoRoom.class,
                            problem -> assertThat(problem.retryAfter()).contains(Duration.ofHours(1)));
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    void doesNotRepeatARetryWhoseAnswerWasLost() {
        try (var server = new FakeServer(Answer.brokenConnection())) {
            UUID task = UUID.randomUUID();
            assertThatThrownBy(() -> client(server).retry(task, RetrySelection.ALL_FAILED))
                    .isInstanceOf(UnreachableException.class);
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    void explainsARefusalWithItsTypeAndMembers() {
        try (var server = new FakeServer(Answer.problem(400, "unknown-processor", Map.of()))) {
            assertThatThrownBy(() -> client(server).submitItems(List.of("a"), TaskOptions.of("none")))
                    .isInstanceOfSatisfying(ProblemException.InvalidRequest.class, problem -> {
                        assertThat(problem).hasMessage("No: Because. (HTTP status 400)");
                        assertThat(problem.type()).isEqualTo("unknown-processor");
                        assertThat(problem.problem()
                                        .path("known_processors")
                                        .get(0)
                                        .asString())
                                .isEqualTo("noop");
                    });
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    void tellsThatNothingAnswers() {
        var client = FilemillClient.builder(URI.create("http://127.0.0.1:1"))
                .retryFor(Duration.ZERO)
                .build();
        assertThatThrownBy(client::nodes)
                .isInstanceOf(UnreachableException.class)
                .hasMessageStartingWith("No answer from http://127.0.0.1:1/v1/nodes");
    }

    @Test
    void doesNotSendAgainWhatCannotBeRead() {
        try (var server = new FakeServer(ACCEPTED)) {
            assertThatThrownBy(
                            () -> client(server).submitFiles(List.of(Path.of("/no/such/file")), TaskOptions.DEFAULTS))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasCauseInstanceOf(IOException.class)
                    .hasMessageContaining("/no/such/file");
            assertThat(pauses).isEmpty();
        }
    }

    @Test
    void sendsTheKeyOfTheUserAndAKeyThatIsNotValidIsNotAllowed() {
        try (var server = new FakeServer(Answer.problem(401, "unauthorized", Map.of()))) {
            var client = FilemillClient.builder(URI.create(server.uri() + "/"))
                    .apiKey("secret")
                    .build();
            assertThatThrownBy(client::nodes).isInstanceOf(ProblemException.NotAllowed.class);
            assertThat(server.requests.get(0).header("Authorization")).isEqualTo("Bearer secret");
        }
    }
}
