package io.filemill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import io.filemill.client.FakeServer.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilemillClientTest {
    private static final String TASK =
            "{\"task_id\":\"00000000-0000-0000-0000-000000000001\",\"status\":\"STATUS\",\"total_files\":3,\"processed_files\":1}";

    private static FilemillClient client(FakeServer server, List<Duration> pauses) {
        return FilemillClient.builder(server.uri()).pauses(pauses::add).build();
    }

    @Test
    void asksLessAndLessOftenWhereTheServerDoesNotWait() throws TimeoutException {
        Answer running = Answer.json(TASK.replace("STATUS", "running"));
        List<Duration> pauses = new ArrayList<>();
        try (var server = new FakeServer(running, running, running, Answer.json(TASK.replace("STATUS", "completed")))) {
            Task task = client(server, pauses).awaitEnd(UUID.randomUUID(), Duration.ofMinutes(1));
            assertThat(task.status()).isEqualTo(TaskStatus.COMPLETED);
            assertThat(server.requests.get(0).path()).endsWith("?wait=20");
            assertThat(pauses).isSorted().hasSizeLessThanOrEqualTo(3).allMatch(pause -> pause.toMillis() <= 400);
        }
    }

    @Test
    void tellsHowFarATaskIsThatDoesNotEndInTime() {
        try (var server = new FakeServer(Answer.json(TASK.replace("STATUS", "a state of the future")))) {
            assertThatThrownBy(() -> client(server, new ArrayList<>()).awaitEnd(UUID.randomUUID(), Duration.ZERO))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageEndingWith("1 of 3 files have.");
        }
    }

    @Test
    void sendsOptionsAsFieldsOfAnUploadAndEscapesNames() {
        var options = TaskOptions.of("noop")
                .withSettings(Map.of("delay_ms", 5))
                .withPriority(7)
                .withLimits(Duration.ofMinutes(2), null, 1)
                .withNotBefore(Instant.parse("2030-01-31T08:00:00Z"));
        try (var server = new FakeServer(Answer.json("{}"))) {
            client(server, new ArrayList<>())
                    .submitUploads(List.of(UploadFile.of("a \"b\"\nü.txt", "x".getBytes())), options);
            assertThat(server.requests.get(0).body())
                    .contains("name=\"processor\"\r\n\r\nnoop\r\n")
                    .contains("name=\"settings\"\r\n\r\n{\"delay_ms\":5}\r\n")
                    .contains("name=\"priority\"\r\n\r\n7\r\n")
                    .contains("name=\"timeout_seconds\"\r\n\r\n120\r\n")
                    .contains("name=\"not_before\"\r\n\r\n2030-01-31T08:00:00Z\r\n")
                    .contains("filename=\"a %22b%22%0Aü.txt\"")
                    .doesNotContain("stall_timeout", "idempotency");
        }
    }

    @Test
    void streamsAManifestLineByLine(@TempDir Path folder) throws Exception {
        var entries = IntStream.range(0, 1000)
                .mapToObj(i -> ManifestEntry.item("item " + i))
                .toList();
        Path csv = Files.writeString(folder.resolve("list.CSV"), "item\na\n");
        try (var server = new FakeServer(Answer.json("{}"))) {
            var client = client(server, new ArrayList<>());
            client.submitManifest(entries, TaskOptions.of("noop").withSettings(Map.of("a", "b&c")));
            client.submitManifest(csv, TaskOptions.of("noop"));
            assertThat(server.requests.get(0).body().lines()).hasSize(1000).startsWith("{\"item\":\"item 0\"}");
            assertThat(server.requests.get(0).path())
                    .isEqualTo("/v1/tasks?processor=noop&settings=%7B%22a%22%3A%22b%26c%22%7D");
            assertThat(server.requests.get(0).header("Content-type")).isEqualTo("application/x-ndjson");
            assertThat(server.requests.get(1).header("Content-type")).isEqualTo("text/csv");
            assertThat(server.requests.get(1).body()).isEqualTo("item\na\n");
        }
    }

    @Test
    void readsAListPageByPage() {
        Answer first = Answer.json("{\"files\":[{\"file_id\":1},{\"file_id\":2}],\"next_cursor\":\"x y\"}");
        Answer last = Answer.json("{\"files\":[{\"file_id\":3}],\"next_cursor\":null}");
        UUID task = UUID.randomUUID();
        try (var server = new FakeServer(first, last)) {
            assertThat(client(server, new ArrayList<>()).allFiles(task, FileFilter.FAILED))
                    .extracting(TaskFile::fileId)
                    .containsExactly(1L, 2L, 3L);
            assertThat(server.requests.get(1).path())
                    .isEqualTo("/v1/tasks/" + task + "/files?status=failed&limit=1000&cursor=x%20y");
        }
    }

    @Test
    void encodesTheNamesOfLimits() {
        try (var server = new FakeServer(Answer.json("{\"scope\":\"user\",\"name\":\"a/b\",\"max_running\":4}"))) {
            Limit limit =
                    client(server, new ArrayList<>()).limits().put(Limit.Scope.USER, "a/b", Limit.Values.maxRunning(4));
            assertThat(limit.maxRunning()).isEqualTo(4);
            assertThat(server.requests.get(0).method()).isEqualTo("PUT");
            assertThat(server.requests.get(0).path()).isEqualTo("/v1/limits/user/a%2Fb");
            assertThat(server.requests.get(0).body()).contains("\"max_running\":4");
        }
    }

    @Test
    void needsNothingButTheJdkAndJackson() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.filemill.client");
        ArchRuleDefinition.classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "tools.jackson..",
                        "com.fasterxml.jackson.annotation..",
                        "org.jspecify..",
                        "io.filemill.client..")
                .because("programs of others carry whatever this module brings along")
                .check(classes);
    }
}
