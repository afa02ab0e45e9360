package io.filemill.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.filemill.api.FuzzedRequests.Request;
import io.filemill.api.RawConnection.RawAnswer;
import io.filemill.api.problem.ProblemType;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Some thousand random requests to all operations that the server describes, none of which may hurt it. They are the same each time;
 * {@code -Dfilemill.test.fuzz.seed} makes others of them, and {@code -Dfilemill.test.fuzz.requests} more.
 */
@ExtendWith(PostgresExtension.class)
class FuzzIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE =
            Duration.ofSeconds(90); // more than what a client may ask the server to wait
    private static final int MAX_SHOWN = 10;
    private static final long SEED_STEP = 1_000_003;

    /** What a request that is none, or has a false key, gets before anybody asks which operation it is for. */
    private static final Set<Integer> OF_ANY_OPERATION = Set.of(400, 401, 405, 406, 413, 414, 415, 431);

    /** What HTTP demands for a transfer coding or a version that is not known. */
    private static final Set<Integer> NOT_IMPLEMENTED = Set.of(501, 505);

    private static final Set<String> TYPES =
            Stream.of(ProblemType.values()).map(type -> type.uri().toString()).collect(Collectors.toSet());

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @ValueSource(strings = {"open", "required"})
    void noRequestHurtsTheServer(String signIn, TestDatabase database, @TempDir Path folder) throws IOException {
        long seed = Long.getLong("filemill.test.fuzz.seed", 1);
        int requests = Integer.getInteger("filemill.test.fuzz.requests", 1500);
        System.out.println("Fuzzing with -Dfilemill.test.fuzz.seed=" + seed);
        Path root = Files.createDirectory(folder.toRealPath().resolve("root"));
        Files.writeString(root.resolve("a.txt"), "a");
        Files.createSymbolicLink(root.resolve("link"), Path.of("/etc"));
        try (var errors = new LoggedErrors();
                RunningApi api = RunningApi.start(Map.of(
                        "filemill.db.url",
                        database.url,
                        "filemill.db.data-dir",
                        folder,
                        "filemill.auth.mode",
                        signIn,
                        "filemill.ingest-roots",
                        root,
                        "filemill.webhook.allowed-networks",
                        "127.0.0.0/8",
                        "filemill.webhook.deliver",
                        false))) {
            FuzzedServer server = new FuzzedData(api, database, root).server();
            long heapBefore = usedHeap();
            IntStream.range(0, requests).parallel().forEach(i -> {
                var fuzzed = new FuzzedRequests(seed * SEED_STEP + i, server);
                if (i % 2 == 0) {
                    send(api, fuzzed.next(i / 2));
                } else {
                    sendRaw(api, fuzzed.nextRaw(i / 2));
                }
            });
            assertThat(violations.stream().limit(MAX_SHOWN)).isEmpty();
            assertThat(errors.messages).isEmpty();
            assertThat(database.wrongCounters()).isEmpty();
            await().until(() -> tasksBeingDeleted(database) == 0);
            assertThat(storedFiles(folder)).containsExactlyInAnyOrderElementsOf(knownFiles(database));
            assertThat(usedHeap() - heapBefore).isLessThan(64L << 20);
            assertThat(api.get("/v1").status()).isEqualTo(200);
        }
    }

    private void send(RunningApi api, Request request) {
        HttpRequest http;
        try {
            var builder = HttpRequest.newBuilder(api.uri(request.target()))
                    .timeout(PATIENCE)
                    .method(request.method(), BodyPublishers.ofByteArray(request.body()));
            for (String header : request.headers()) {
                int colon = header.indexOf(':');
                builder.header(
                        header.substring(0, colon), header.substring(colon + 1).strip());
            }
            http = builder.build();
        } catch (IllegalArgumentException e) { // the client refuses it, so it goes the other way
            sendRaw(api, request.bytes());
            return;
        }
        Queue<InputStream> streams = new ConcurrentLinkedQueue<>();
        try {
            HttpResponse<String> answer = client.send(http, headers -> reader(headers, streams));
            HttpHeaders headers = answer.headers();
            check(
                    request.toString(),
                    request.method(),
                    new Seen(
                            answer.statusCode(),
                            headers.firstValue("Content-Type").orElse(""),
                            headers.firstValue("Retry-After").isPresent(),
                            answer.body()));
            if (!OF_ANY_OPERATION.contains(answer.statusCode())) {
                api.contract().check(request.method(), http.uri().normalize().getRawPath(), answer);
            }
        } catch (IOException e) {
            violations.add("No answer, " + e + ":\n" + request);
        } catch (AssertionError | JacksonException e) {
            violations.add(e.getMessage() + ":\n" + request);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            close(streams);
        }
    }

    /** Reads to the end; of a stream of events, which has none, nothing, and then somebody has to close it. */
    private static BodySubscriber<String> reader(ResponseInfo answer, Queue<InputStream> streams) {
        boolean endless = answer.headers()
                .firstValue("Content-Type")
                .filter(type -> type.startsWith("text/event-stream"))
                .isPresent();
        return endless
                ? BodySubscribers.mapping(BodySubscribers.ofInputStream(), stream -> {
                    streams.add(stream);
                    return "";
                })
                : BodySubscribers.ofString(StandardCharsets.UTF_8);
    }

    private static void close(Queue<InputStream> streams) {
        for (InputStream stream : streams) {
            try {
                stream.close();
            } catch (IOException e) {
                // the server is free to be faster
            }
        }
    }

    private void sendRaw(RunningApi api, byte[] request) {
        String text = new String(request, StandardCharsets.ISO_8859_1);
        try (var connection = new RawConnection(api.uri("/"))) {
            try {
                connection.send(request).end();
            } catch (IOException e) {
                // the server may answer and close before it has read everything
            }
            Optional<RawAnswer> answer = connection.answer(PATIENCE);
            if (answer.isPresent()) {
                Map<String, String> headers = answer.get().headers();
                check(
                        text,
                        text.substring(0, Math.max(0, text.indexOf(' '))),
                        new Seen(
                                answer.get().status(),
                                headers.getOrDefault("content-type", ""),
                                headers.containsKey("retry-after"),
                                answer.get().text()));
            }
        } catch (IOException | AssertionError e) {
            violations.add(e + ":\n" + text);
        }
    }

    /** An answer. */
    private record Seen(int status, String contentType, boolean retryAfter, String body) {}

    private void check(String request, String method, Seen seen) {
        boolean known = seen.status() < 500 || NOT_IMPLEMENTED.contains(seen.status());
        boolean internals = seen.body().contains("Exception")
                || seen.body().contains("io.filemill.")
                || seen.body().contains("\tat ");
        boolean explained = seen.status() < 400
                || seen.body().isEmpty() && (method.equals("HEAD") || request.contains("/actuator/"))
                || (seen.contentType().equals("application/problem+json")
                        ? isProblem(seen.body(), seen.status())
                        : isOpenRagError(request, seen.body()));
        boolean hopeful = seen.status() != 429 || seen.retryAfter();
        if (!known
                || internals
                || !explained
                || !hopeful
                || method.equals("HEAD") && !seen.body().isEmpty()) {
            violations.add(seen + "\nto:\n" + request);
        }
    }

    private static boolean isProblem(String body, int status) {
        try {
            JsonNode problem = JSON.readTree(body);
            return problem.get("status").asInt() == status
                    && TYPES.contains(problem.get("type").asString(""))
                    && !problem.get("title").asString("").isEmpty()
                    && !problem.get("detail").asString("").isEmpty();
        } catch (JacksonException | NullPointerException e) {
            return false;
        }
    }

    private static boolean isOpenRagError(String request, String body) {
        return !request.contains(" /v1/")
                && (body.startsWith("{\"error\":\"") || body.startsWith("{\"status\":\"no_op\""));
    }

    /** Their bytes and rows go in the background. */
    private static int tasksBeingDeleted(TestDatabase database) {
        return database.jdbc
                .sql("select count(*) from upload_task where purged_at is not null")
                .query(Integer.class)
                .single();
    }

    private static List<String> storedFiles(Path folder) throws IOException {
        Path files = folder.resolve("files");
        if (!Files.exists(files)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(files)) {
            return paths.filter(Files::isRegularFile)
                    .map(file -> files.relativize(file).toString())
                    .toList();
        }
    }

    private static List<String> knownFiles(TestDatabase database) {
        return database.jdbc
                .sql("select stored_as from file_task where stored_as is not null")
                .query(String.class)
                .list();
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** What is logged at ERROR while it is open. */
    private static final class LoggedErrors extends AppenderBase<ILoggingEvent> implements AutoCloseable {
        private final Queue<String> messages = new ConcurrentLinkedQueue<>();
        private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

        LoggedErrors() {
            setContext(root.getLoggerContext());
            start();
            root.addAppender(this);
        }

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel() == Level.ERROR) {
                messages.add(event.getLoggerName() + ": " + event.getFormattedMessage());
            }
        }

        @Override
        public void close() {
            root.detachAppender(this);
        }
    }
}
