package io.filemill.worker.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import io.filemill.db.task.TaskLimits;
import io.filemill.worker.RunningWorker;
import io.filemill.worker.WorkerApplication;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What a node does when JobRunr gives up on its server. */
@ExtendWith(PostgresExtension.class)
class JobServerIT {
    private final HttpClient http = HttpClient.newHttpClient();
    private final TestDatabase db;
    private final int healthPort = freePort();

    @TempDir
    Path dataDir;

    JobServerIT(TestDatabase db) {
        this.db = db;
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private UUID submit(int files, int delayMillis) {
        var settings = JsonMapper.shared().createObjectNode().put("delay_ms", delayMillis);
        var task = new NewUploadTask(UUID.randomUUID(), "ann", "noop", settings, 5, TaskLimits.OF_THE_NODE);
        var items = IntStream.rangeClosed(1, files).mapToObj(i -> NewFileTask.notStored("file " + i, "file " + i));
        return db.submission.submit(task, items.iterator(), null).orElseThrow().id();
    }

    private int status(String path) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + healthPort + path))
                                .build(),
                        BodyHandlers.ofString())
                .statusCode();
    }

    @Test
    void replacesAServerThatGaveUpWithoutDisturbingTheFilesThatRun() throws Exception {
        try (RunningWorker worker = WorkerApplication.start(
                Map.of(
                        "filemill.db.url",
                        db.url,
                        "filemill.db.data-dir",
                        dataDir,
                        "filemill.worker.max-workers",
                        2,
                        "filemill.worker.poll-interval",
                        "5s",
                        "filemill.worker.health-port",
                        healthPort),
                false)) {
            await().atMost(Duration.ofSeconds(20)).until(() -> status("/readyz") == 200);
            UUID before = submit(2, 15_000);
            await().atMost(Duration.ofSeconds(20)).until(() -> db.task(before).runningFiles() == 2);

            db.jdbc
                    .sql("alter table jobrunr_backgroundjobservers rename to hidden")
                    .update();
            await().atMost(Duration.ofSeconds(20)).until(() -> status("/readyz") == 503);
            assertThat(status("/livez")).isEqualTo(200);
            assertThat(status("/startedz")).isEqualTo(200);
            assertThat(worker.isLive()).isTrue();
            assertThat(db.task(before).runningFiles()).as("the files still run").isEqualTo(2);
            db.jdbc
                    .sql("alter table hidden rename to jobrunr_backgroundjobservers")
                    .update();

            await().atMost(Duration.ofSeconds(15)).until(() -> status("/readyz") == 200);
            UUID after = submit(4, 10);
            for (UUID task : new UUID[] {before, after}) {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> db.task(task).status().isFinal());
                assertThat(db.task(task).outcome()).isEqualTo("success");
                assertThat(db.fileTasks.list(task, null, null, 0, 10))
                        .extracting(FileTask::attempt, FileTask::retryCount, FileTask::crashCount)
                        .as("attempt, retries, crashes")
                        .containsOnly(org.assertj.core.groups.Tuple.tuple(1, 0, 0));
            }
        }
    }
}
