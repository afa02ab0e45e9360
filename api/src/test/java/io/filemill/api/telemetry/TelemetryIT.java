package io.filemill.api.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.filemill.api.Multipart;
import io.filemill.api.RunningApi;
import io.filemill.api.RunningApi.Answer;
import io.filemill.db.PostgresServer;
import io.opentelemetry.proto.trace.v1.Span;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What a server with a node tells those who watch it, while it runs a few files. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TelemetryIT {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CLIENT_SPAN = "00f067aa0ba902b7";
    private static final String EXPORT_EVERY_MILLIS = "otel.bsp.schedule.delay";

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final TraceReceiver traces = new TraceReceiver();
    private RunningApi api;
    private String documents;
    private String failing;

    @BeforeAll
    void runSomeFiles(@TempDir Path folder) throws Exception {
        System.setProperty(EXPORT_EVERY_MILLIS, "100");
        api = RunningApi.start(Map.of(
                "filemill.db.url",
                PostgresServer.instance().newDatabase(),
                "filemill.db.data-dir",
                folder,
                "filemill.tracing.endpoint",
                traces.endpoint(),
                "filemill.worker.enabled",
                true,
                "filemill.worker.max-workers",
                2));
        log.start();
        nodeLog().addAppender(log);
        var upload = new Multipart().file("a.txt", "The quick brown fox").file("b.txt", "The lazy dog");
        documents = submit(HttpRequest.newBuilder(api.uri("/v1/tasks"))
                .header("Content-Type", upload.contentType())
                .header("traceparent", "00-" + TRACE + "-" + CLIENT_SPAN + "-01")
                .POST(BodyPublishers.ofByteArray(upload.bytes())));
        failing = submit(HttpRequest.newBuilder(api.uri("/v1/tasks"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        "{\"processor\": \"noop\", \"items\": [\"x\"], \"settings\": {\"fail_every\": 1}}")));
        for (String task : List.of(documents, failing)) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            !api.get("/v1/tasks/" + task).json().get("outcome").isNull());
        }
    }

    private static Logger nodeLog() {
        return (Logger) LoggerFactory.getLogger("io.filemill.worker.file");
    }

    private String submit(HttpRequest.Builder request) {
        Answer accepted = api.send(request);
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(201);
        return accepted.json().get("task_id").stringValue();
    }

    @AfterAll
    void stop() {
        api.close();
        traces.close();
        System.clearProperty(EXPORT_EVERY_MILLIS);
        nodeLog().detachAppender(log);
    }

    private String scrape() {
        Answer answer = api.get("/actuator/prometheus");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("text/plain").contains("version=0.0.4");
        return answer.text();
    }

    /** All that is exported once everything has happened that something counts. */
    private Exported exported() {
        scrape();
        return await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> {
                            System.gc();
                            return Exported.parse(scrape());
                        },
                        exported -> exported.samples().contains("jvm_gc_pause_seconds_sum"));
    }

    @Test
    void theDocumentationNamesEveryMetricWithItsTypeAndLabels() {
        Map<String, Exported.Metric> own = new HashMap<>(exported().metrics());
        own.keySet().removeIf(name -> !name.matches("(filemill|http)_.*") || name.endsWith("_max"));

        assertThat(MonitoringFiles.documentedMetrics()).containsExactlyInAnyOrderEntriesOf(own);
    }

    @Test
    void everyQueryOfTheDashboardAndTheAlertsNamesMetricsThatAreExported() {
        Set<String> samples = exported().samples();
        samples.add("up"); // Prometheus's own
        Set<String> named = new TreeSet<>();
        MonitoringFiles.dashboardQueries().stream()
                .map(MonitoringFiles::metricsIn)
                .forEach(named::addAll);
        MonitoringFiles.alerts().values().stream()
                .map(MonitoringFiles::metricsIn)
                .forEach(named::addAll);

        assertThat(named).hasSizeGreaterThan(20);
        assertThat(samples).containsAll(named);
    }

    @Test
    void theDocumentationSaysWhatToDoAboutEveryAlert() {
        assertThat(MonitoringFiles.documentedAlerts())
                .isEqualTo(MonitoringFiles.alerts().keySet());
    }

    @Test
    void countsWhatRan() {
        String metrics = scrape();
        assertThat(Exported.value(metrics, "filemill_file_attempt_seconds_count", "processor=\"document\""))
                .isEqualTo(2);
        assertThat(Exported.value(metrics, "filemill_file_attempt_seconds_count", "error_code=\"NOOP_FAILURE\""))
                .isEqualTo(1);
        assertThat(Exported.value(metrics, "filemill_file_phase_seconds_count", "phase=\"parse\""))
                .isEqualTo(2);
        assertThat(Exported.value(metrics, "filemill_file_pickup_seconds_count", ""))
                .isEqualTo(3);
        assertThat(Exported.value(metrics, "filemill_flush_files_sum", "")).isEqualTo(1);
        assertThat(Exported.value(metrics, "filemill_child_processes_started_total", ""))
                .isBetween(1.0, 2.0);
        assertThat(Exported.value(metrics, "filemill_cluster_nodes", "status=\"active\""))
                .isEqualTo(1);
        assertThat(Exported.value(metrics, "filemill_cluster_slots", "")).isEqualTo(2);
        assertThat(Exported.value(metrics, "filemill_counter_drift_tasks", "")).isZero();
        assertThat(Exported.value(metrics, "filemill_database_reachable", "")).isEqualTo(1);
        assertThat(Exported.value(metrics, "filemill_node_live", "")).isEqualTo(1);
        assertThat(Exported.value(metrics, "hikaricp_connections_max", "pool=\"statements\""))
                .isPositive();
        assertThat(Exported.value(metrics, "hikaricp_connections_max", "pool=\"node\""))
                .isPositive();
    }

    @Test
    void requestsAreCountedByRouteAndNeverByWhatTheyAskFor() {
        assertThat(api.get("/v1/tasks/" + documents + "/files").status()).isEqualTo(200);
        assertThat(api.get("/nothing/here").status()).isEqualTo(404);

        String metrics = scrape();
        assertThat(Exported.value(metrics, "http_server_requests_seconds_count", "uri=\"/v1/tasks/{id}/files\""))
                .isPositive();
        assertThat(Exported.value(metrics, "http_server_requests_seconds_count", "status=\"404\""))
                .isPositive();
        assertThat(metrics).doesNotContain(documents).doesNotContain("/nothing/here");
    }

    private static Map<String, List<Span>> byName(List<Span> spans) {
        return spans.stream().collect(Collectors.groupingBy(Span::getName));
    }

    @Test
    void oneTraceReachesFromTheClientOverTheQueueToThePhasesOfEachFile() {
        Map<String, List<Span>> spans = await().atMost(Duration.ofSeconds(10))
                .until(
                        () -> byName(traces.spansOf(TRACE)),
                        found -> found.getOrDefault("file document", List.of()).size() == 2);

        Span request = spans.get("POST /v1/tasks").get(0);
        assertThat(request.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
        assertThat(TraceReceiver.hex(request.getParentSpanId())).isEqualTo(CLIENT_SPAN);
        for (Span file : spans.get("file document")) {
            assertThat(file.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CONSUMER);
            assertThat(file.getParentSpanId()).isEqualTo(request.getSpanId());
            assertThat(file.getAttributesList().toString()).contains(documents).contains("filemill.attempt");
            List<Span> phases = traces.spansOf(TRACE).stream()
                    .filter(span -> span.getParentSpanId().equals(file.getSpanId()))
                    .toList();
            assertThat(phases).extracting(Span::getName).contains("hash", "lookup", "parse", "chunk", "store");
            assertThat(phases)
                    .allSatisfy(phase -> assertThat(phase.getEndTimeUnixNano())
                            .isGreaterThanOrEqualTo(phase.getStartTimeUnixNano())
                            .isLessThanOrEqualTo(file.getEndTimeUnixNano()));
        }
    }

    @Test
    void whatOnlyReadsBeginsNoTrace() {
        await().until(() -> traces.spansOf(TRACE).size() > 10);
        int before = traces.count();
        assertThat(api.get("/v1/tasks").status()).isEqualTo(200);
        assertThat(api.post("/v1/tasks/" + failing + "/cancel").status()).isEqualTo(409);

        await().atMost(Duration.ofSeconds(10)).until(() -> traces.count() > before);
        assertThat(traces.count()).as("the cancellation alone").isEqualTo(before + 1);
    }

    @Test
    void anAnswerCarriesTheIdOfItsRequest() {
        HttpRequest.Builder own = HttpRequest.newBuilder(api.uri("/v1/tasks")).header("X-Request-Id", "my-id.1");
        assertThat(api.send(own).header("X-Request-Id")).isEqualTo("my-id.1");
        HttpRequest.Builder forged =
                HttpRequest.newBuilder(api.uri("/v1/tasks")).header("X-Request-Id", "a b\"{}");
        assertThat(api.send(forged).header("X-Request-Id")).matches("[0-9a-f-]{36}");
        assertThat(api.get("/v1/tasks").header("X-Request-Id"))
                .isNotEqualTo(api.get("/v1/tasks").header("X-Request-Id"));
    }

    @Test
    void theLogCarriesTheIdsOfTheFile() {
        ILoggingEvent end = log.list.stream()
                .filter(event -> event.getMessage().equals("File task ended"))
                .findFirst()
                .orElseThrow();

        assertThat(end.getMDCPropertyMap())
                .containsEntry("task_id", failing)
                .containsEntry("attempt", "1")
                .containsOnlyKeys("task_id", "file_id", "attempt", "trace_id", "jobrunr.jobId")
                .hasEntrySatisfying("trace_id", id -> assertThat(id).matches("[0-9a-f]{32}"));
    }
}
