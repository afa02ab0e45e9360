package io.filemill.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.client.AcceptedTask;
import io.filemill.client.Event;
import io.filemill.client.EventStream;
import io.filemill.client.FileFilter;
import io.filemill.client.FilemillClient;
import io.filemill.client.Limit;
import io.filemill.client.ManifestEntry;
import io.filemill.client.ProblemException;
import io.filemill.client.RetrySelection;
import io.filemill.client.Task;
import io.filemill.client.TaskFile;
import io.filemill.client.TaskOptions;
import io.filemill.client.TaskStatus;
import io.filemill.client.UploadFile;
import io.filemill.client.Webhook;
import io.filemill.db.TestDatabase;
import io.filemill.db.key.ApiKeys;
import io.filemill.db.key.NewApiKey;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The Java client against a running server with a node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final TaskOptions NOOP = TaskOptions.of("noop");

    /** One of its own, since its node may not lose its row between two tests. */
    private final TestDatabase database = new TestDatabase();

    private RunningApi api;
    private FilemillClient client;

    @BeforeAll
    void start(@TempDir Path folder) {
        api = RunningApi.start(Map.of(
                "filemill.db.url",
                database.url,
                "filemill.db.data-dir",
                folder,
                "filemill.auth.mode",
                "required",
                "filemill.webhook.allowed-networks",
                "127.0.0.0/8",
                "filemill.worker.enabled",
                true,
                "filemill.worker.max-workers",
                2));
        var key = new NewApiKey("ann", "", List.of("admin", "knowledge:upload", "knowledge:read:own"), null);
        client = FilemillClient.builder(api.uri(""))
                .apiKey(new ApiKeys(database.jdbc).create(key).secret())
                .build();
    }

    @AfterAll
    void stop() {
        api.close();
        database.close();
    }

    @Test
    void uploadsWaitsAndReadsTheResults() throws TimeoutException {
        byte[] text = "The orange sofa is in the children's room.".getBytes(StandardCharsets.UTF_8);
        AcceptedTask accepted = client.submitUploads(List.of(UploadFile.of("sofa ü.txt", text)), TaskOptions.DEFAULTS);
        Task task = client.awaitEnd(accepted.taskId(), LIMIT);
        assertThat(task.isSuccess()).isTrue();
        assertThat(client.search("sofa", 10, 0).hits())
                .singleElement()
                .satisfies(hit -> assertThat(hit.snippet()).contains("**sofa**"));
        TaskFile file =
                client.allFiles(task.taskId(), FileFilter.ALL).findFirst().orElseThrow();
        assertThat(file.filename()).isEqualTo("sofa ü.txt");
        assertThat(file.status()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(client.file(file.fileId()).attempts()).isEmpty();
    }

    @Test
    void makesOneTaskOfASubmissionThatIsRepeatedUnderItsKey() {
        TaskOptions options = NOOP.withIdempotencyKey("again").withNotBefore(tomorrow());
        AcceptedTask first = client.submitItems(List.of("a", "b", "a"), options);
        assertThat(first.duplicatesIgnored()).isEqualTo(1);
        assertThat(client.submitItems(List.of("a", "b", "a"), options).taskId()).isEqualTo(first.taskId());
        assertThatThrownBy(() -> client.submitItems(List.of("c"), options))
                .isInstanceOfSatisfying(
                        ProblemException.InvalidRequest.class,
                        problem -> assertThat(problem.type()).isEqualTo("idempotency-key-reused"));
    }

    @Test
    void sendsAManifestAndRunsFailedFilesAgain() throws TimeoutException {
        List<ManifestEntry> entries = IntStream.range(0, 2000)
                .mapToObj(i -> ManifestEntry.item("item " + i))
                .toList();
        UUID task = client.submitManifest(entries, NOOP.withSettings(Map.of("fail_every", 500)))
                .taskId();
        Task ended = client.awaitEnd(task, LIMIT);
        assertThat(ended.outcome()).isEqualTo("partial");
        assertThat(ended.failedFiles()).isEqualTo(4);
        assertThat(client.allFiles(task, new FileFilter(null, "NOOP_FAILURE"))).hasSize(4);
        assertThat(client.allFiles(task, FileFilter.ALL)).hasSize(2000);
        assertThat(client.retry(task, RetrySelection.ofErrorCodes("CORRUPT")).retried())
                .isZero();
        assertThat(client.retry(task, RetrySelection.ALL_FAILED).retried()).isEqualTo(4);
        assertThat(client.awaitEnd(task, LIMIT).failedFiles()).isEqualTo(4);
    }

    @Test
    void changesPausesAndCancelsATask() {
        UUID task = client.submitItems(List.of("a", "b"), NOOP.withNotBefore(tomorrow()))
                .taskId();
        assertThat(client.setPriority(task, 9).priority()).isEqualTo(9);
        assertThat(client.pause(task).pausedBy()).isEqualTo("task");
        assertThat(client.resume(task).paused()).isFalse();
        assertThat(client.allTasks()).extracting(Task::taskId).contains(task);
        assertThatThrownBy(() -> client.awaitEnd(task, Duration.ofMillis(300))).isInstanceOf(TimeoutException.class);
        assertThat(client.cancel(task).cancelledFiles()).isEqualTo(2);
        assertThat(client.cancel(task).cancelledFiles()).isZero();
        assertThat(client.task(task).outcome()).isEqualTo("cancelled");
        assertThatThrownBy(() -> client.pause(task)).isInstanceOf(ProblemException.Conflict.class);
        assertThatThrownBy(() -> client.task(UUID.randomUUID())).isInstanceOf(ProblemException.NotFound.class);
    }

    @Test
    void showsTheClusterAndSetsLimits() {
        assertThat(client.nodes()).anySatisfy(node -> assertThat(node.slots()).isEqualTo(2));
        assertThat(client.queue().slotsTotal()).isEqualTo(2);
        client.limits().put(Limit.Scope.PROCESSOR, "a b", Limit.Values.maxRunning(3));
        assertThat(client.limits().find(Limit.Scope.PROCESSOR, "a b"))
                .hasValueSatisfying(limit -> assertThat(limit.maxRunning()).isEqualTo(3));
        client.limits().delete(Limit.Scope.PROCESSOR, "a b");
        client.limits().delete(Limit.Scope.PROCESSOR, "a b");
        assertThat(client.limits().find(Limit.Scope.PROCESSOR, "a b")).isEmpty();
    }

    private static Instant tomorrow() {
        return Instant.now().plus(1, ChronoUnit.DAYS);
    }

    @Test
    void isRefusedWithoutAKey() {
        assertThatThrownBy(() -> FilemillClient.of(api.uri("")).queue())
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.status()).isEqualTo(401));
    }

    @Test
    void watchesATaskToItsEnd() {
        AcceptedTask accepted = client.submitItems(List.of("a", "b", "c"), NOOP);
        List<Event> events = new ArrayList<>();
        try (EventStream stream = client.events(accepted.taskId())) {
            stream.forEachRemaining(events::add);
        }
        Event last = events.get(events.size() - 1);
        assertThat(last.type()).isEqualTo("end");
        assertThat(last.data().get("outcome").stringValue()).isEqualTo("success");
        assertThat(events).filteredOn(event -> event.type().equals("end")).hasSize(1);
    }

    @Test
    void reportsWhatBecameOfEachFile() throws TimeoutException, IOException {
        UUID task = client.submitItems(List.of("a", "b"), NOOP).taskId();
        client.awaitEnd(task, LIMIT);
        try (InputStream report = client.report(task, FilemillClient.ReportFormat.CSV, false)) {
            assertThat(new String(report.readAllBytes(), StandardCharsets.UTF_8).lines())
                    .filteredOn(line -> line.contains("completed"))
                    .hasSize(2);
        }
    }

    @Test
    void keepsWebhooks() {
        Webhook made = client.webhooks().create(URI.create("http://127.0.0.1:9/hook"), List.of("task.completed"), "x");
        assertThat(made.secret()).startsWith("whsec_");
        assertThat(client.webhooks().get(made.id()).secret()).isNull();
        assertThat(client.webhooks().setEnabled(made.id(), false).enabled()).isFalse();
        assertThat(client.webhooks().list()).extracting(Webhook::id).containsExactly(made.id());
        client.webhooks().delete(made.id());
        assertThat(client.webhooks().list()).isEmpty();
    }
}
