package io.filemill.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.node.WorkerNode;
import io.filemill.db.task.FileAttempt;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import io.filemill.db.task.RetrySelection;
import io.filemill.db.task.TaskLimits;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.task.UploadTask;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Real nodes on a real database, with files that do nothing. */
@ExtendWith(PostgresExtension.class)
class WorkerApplicationIT {
    private final TestDatabase db;
    private final List<AutoCloseable> nodes = new ArrayList<>();

    @TempDir
    Path dataDir;

    WorkerApplicationIT(TestDatabase db) {
        this.db = db;
    }

    private AutoCloseable startNode(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(
                Map.of("filemill.db.url", db.url, "filemill.db.data-dir", dataDir, "filemill.worker.max-workers", 4));
        all.putAll(settings);
        AutoCloseable node = WorkerApplication.start(all, false);
        nodes.add(node);
        return node;
    }

    @AfterEach
    void stopNodes() throws Exception {
        for (AutoCloseable node : nodes) {
            node.close();
        }
        nodes.clear();
    }

    private UUID submit(int files, String settings) {
        return submit(files, settings, TaskLimits.OF_THE_NODE);
    }

    private UUID submit(int files, String settings, TaskLimits limits) {
        var items = IntStream.rangeClosed(1, files).mapToObj(i -> NewFileTask.notStored("file " + i, "file " + i));
        return submit(items.iterator(), settings, limits);
    }

    private UUID submit(Iterator<NewFileTask> files, String settings, TaskLimits limits) {
        var task = new NewUploadTask(
                UUID.randomUUID(), "ann", "noop", JsonMapper.shared().readTree(settings), 5, limits);
        return db.submission.submit(task, files, null).orElseThrow().id();
    }

    private FileTask onlyFile(UUID task) {
        List<FileTask> files = db.fileTasks.list(task, null, null, 0, 10);
        assertThat(files).hasSize(1);
        return files.get(0);
    }

    private static String code(FileTask file) {
        return Objects.requireNonNull(file.failure()).code();
    }

    private UploadTask awaitEnd(UUID task) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    assertThat(db.wrongCounters()).isEmpty();
                    return db.task(task).status().isFinal();
                });
        return db.task(task);
    }

    private void awaitRunning(UUID task, int files) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> db.task(task).runningFiles() == files);
    }

    @Test
    void runsEveryFileOfATaskLargerThanTheWindow() {
        startNode(Map.of());

        UUID task = submit(500, "{\"fail_every\": 100}");

        UploadTask ended = awaitEnd(task);
        assertThat(ended.outcome()).isEqualTo("partial");
        assertThat(List.of(ended.processedFiles(), ended.successfulFiles(), ended.failedFiles()))
                .containsExactly(500, 495, 5);
        assertThat(db.fileTasks.list(task, TaskStatus.FAILED, "NOOP_FAILURE", 0, 10))
                .hasSize(5);
    }

    @Test
    void startsAFileOnAnIdleNodeLongBeforeTheNextPollOfJobRunr() {
        startNode(Map.of());
        awaitEnd(submit(1, "{}"));

        List<Long> milliseconds = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            UUID task = submit(1, "{}");
            awaitEnd(task);
            FileTask file = db.fileTasks.list(task, null, null, 0, 1).get(0);
            milliseconds.add(Duration.between(file.createdAt(), Objects.requireNonNull(file.startedAt()))
                    .toMillis());
        }

        milliseconds.sort(null);
        assertThat(milliseconds.get(5)).as("median of %s ms", milliseconds).isLessThan(200);
    }

    @Test
    void stopsARunningFileThatIsCancelled() {
        startNode(Map.of());
        UUID task = submit(10, "{\"delay_ms\": 600000}");
        awaitRunning(task, 4);

        db.uploadTasks.cancel("ann", task);

        UUID next = submit(4, "{}");
        assertThat(awaitEnd(next).outcome()).as("the slots came back").isEqualTo("success");
        assertThat(db.task(task).failedFiles()).isEqualTo(10);
    }

    @Test
    void stopsAFileWhoseTimeIsUp() {
        startNode(Map.of("filemill.worker.time-limit", "1s"));

        UUID task = submit(1, "{\"delay_ms\": 600000}");

        assertThat(awaitEnd(task).outcome()).isEqualTo("failed");
        assertThat(code(onlyFile(task))).isEqualTo("TIMEOUT");
        assertThat(Objects.requireNonNull(onlyFile(task).failure()).message())
                .isEqualTo("File processing timed out after 1 seconds.");
    }

    @Test
    void stopsAFileAtTheTimeLimitOfItsTask() {
        startNode(Map.of());

        UUID task = submit(1, "{\"delay_ms\": 600000}", new TaskLimits(1, null, null));

        awaitEnd(task);
        assertThat(code(onlyFile(task))).isEqualTo("TIMEOUT");
    }

    @Test
    void triesAgainWhatMayPassAndRemembersTheAttempts() {
        startNode(Map.of());

        UUID task = submit(1, "{\"fail_first\": 2}");

        assertThat(awaitEnd(task).outcome()).isEqualTo("success");
        FileTask file = onlyFile(task);
        assertThat(List.of(file.attempt(), file.retryCount())).containsExactly(3, 2);
        assertThat(file.failure()).isNull();
        assertThat(db.fileTasks.attempts(file.id())).hasSize(2).allSatisfy(attempt -> {
            assertThat(attempt.ended()).isEqualTo("failed");
            assertThat(Objects.requireNonNull(attempt.failure()).code()).isEqualTo("NOOP_UNAVAILABLE");
        });
    }

    @Test
    void givesUpAfterTheAttemptsOfItsTask() {
        startNode(Map.of());

        UUID task = submit(1, "{\"fail_first\": 9}", new TaskLimits(null, null, 2));

        assertThat(awaitEnd(task).outcome()).isEqualTo("failed");
        assertThat(code(onlyFile(task))).isEqualTo("NOOP_UNAVAILABLE");
        assertThat(onlyFile(task).attempt()).isEqualTo(2);
    }

    @Test
    void doesNotCountAnAttemptThatAServicePostponed() {
        startNode(Map.of());

        UUID task = submit(1, "{\"fail_first\": 1, \"retry_after_ms\": 1500}", new TaskLimits(null, null, 1));

        await().atMost(Duration.ofSeconds(30))
                .until(() -> db.fileTasks.attempts(db.fileIds(task).get(0)).size() >= 2);
        List<FileAttempt> attempts = db.fileTasks.attempts(db.fileIds(task).get(0));
        assertThat(attempts).extracting(FileAttempt::ended).containsOnly("postponed");
        assertThat(Duration.between(
                        attempts.get(0).endedAt(),
                        Objects.requireNonNull(attempts.get(1).startedAt())))
                .isGreaterThanOrEqualTo(Duration.ofMillis(1500));
        assertThat(onlyFile(task).failureCount()).isZero();
        db.uploadTasks.cancel("ann", task);
    }

    @Test
    void skipsContentThatFailedBeforeIfAskedTo() throws Exception {
        startNode(Map.of());
        String path = Files.writeString(dataDir.resolve("broken.bin"), "broken").toString();
        String settings = "{\"fail_every\": 1, \"skip_previously_failed\": true}";
        UUID first =
                submit(List.of(NewFileTask.notStored(path, "broken.bin")).iterator(), settings, TaskLimits.OF_THE_NODE);
        awaitEnd(first);
        assertThat(code(onlyFile(first))).isEqualTo("NOOP_FAILURE");

        UUID second =
                submit(List.of(NewFileTask.notStored(path, "again.bin")).iterator(), settings, TaskLimits.OF_THE_NODE);

        assertThat(awaitEnd(second).outcome()).isEqualTo("success");
        FileTask skipped = onlyFile(second);
        assertThat(skipped.status()).isEqualTo(TaskStatus.SKIPPED);
        JsonNode reason = Objects.requireNonNull(skipped.result());
        assertThat(reason.path("reason").asString()).isEqualTo("previously_failed");
        assertThat(reason.path("failed_file_id").asLong())
                .isEqualTo(onlyFile(first).id());
        assertThat(reason.path("failed_filename").asString()).isEqualTo("broken.bin");
        assertThat(reason.path("error_code").asString()).isEqualTo("NOOP_FAILURE");
        db.retry.retry("ann", first, RetrySelection.ALL_FAILED, file -> true);
        awaitEnd(first);
        assertThat(code(onlyFile(first))).as("its own failure does not count").isEqualTo("NOOP_FAILURE");
    }

    @Test
    void stopsARunningFileThatIsCancelledAloneAndLeavesTheOthers() {
        startNode(Map.of());
        UUID task = submit(2, "{\"delay_ms\": 600000}");
        awaitRunning(task, 2);

        db.uploadTasks.cancelFile("ann", db.fileIds(task).get(0));

        UUID next = submit(3, "{\"delay_ms\": 300}");
        assertThat(awaitEnd(next).outcome()).as("three of four slots are free").isEqualTo("success");
        assertThat(db.task(task).runningFiles()).isEqualTo(1);
        db.uploadTasks.cancel("ann", task);
    }

    @Test
    void letsRunningFilesEndWhenItDrains() throws Exception {
        AutoCloseable node = startNode(Map.of());
        UUID task = submit(8, "{\"delay_ms\": 1000}");
        awaitRunning(task, 4);

        node.close();

        UploadTask left = db.task(task);
        assertThat(List.of(left.successfulFiles(), left.runningFiles(), left.pendingFiles()))
                .containsExactly(4, 0, 4);
        assertThat(db.nodes.list()).extracting(WorkerNode::status).containsExactly("stopped");
    }

    @Test
    void givesBackWhatDoesNotEndWithinTheGraceTime() throws Exception {
        AutoCloseable node = startNode(Map.of("filemill.worker.drain-grace", "0s"));
        UUID task = submit(4, "{\"delay_ms\": 3000}");
        awaitRunning(task, 4);

        node.close();
        assertThat(db.task(task).pendingFiles()).isEqualTo(4);
        startNode(Map.of());

        assertThat(awaitEnd(task).outcome()).isEqualTo("success");
        assertThat(db.fileTasks.list(task, null, null, 0, 10)).allSatisfy(file -> {
            assertThat(file.retryCount()).isZero();
            assertThat(file.crashCount()).isZero();
        });
    }

    @Test
    void takesOverTheFilesOfADeadNode() {
        UUID task = submit(3, "{}");
        UUID dead = db.node();
        db.fileIds(task)
                .forEach(id -> assertThat(db.fileTasks.claim(id, 1, dead)).isPresent());
        db.jdbc.sql("delete from jobrunr_jobs").update();
        db.expire(dead);

        startNode(Map.of());

        assertThat(awaitEnd(task).outcome()).isEqualTo("success");
        assertThat(db.fileTasks.list(task, null, null, 0, 10))
                .extracting(FileTask::crashCount)
                .containsOnly(1);
    }

    @Test
    void quarantinesAFileWhoseNodeDiedTwice() {
        UUID task = submit(1, "{}");
        db.jdbc.sql("update file_task set crash_count = 2").update();

        startNode(Map.of());

        assertThat(awaitEnd(task).outcome()).isEqualTo("failed");
        assertThat(code(onlyFile(task))).isEqualTo("QUARANTINED");
        assertThat(db.fileTasks.listQuarantined("ann", 0, 10)).hasSize(1);
    }

    @Test
    void marksTheJobsThatItRunsWithItsId() {
        startNode(Map.of());
        awaitRunning(submit(4, "{\"delay_ms\": 600000}"), 4);

        UUID node = db.nodes.list().get(0).id();
        assertThat(db.jdbc
                        .sql("""
                        select count(*) from jobrunr_jobs
                        where state = 'PROCESSING' and jobasjson like '%"serverId":"' || :node || '"%'
                        """)
                        .param("node", node.toString())
                        .query(Integer.class)
                        .single())
                .as("as rescueLostDispatches expects it")
                .isEqualTo(4);
        db.uploadTasks.list("ann", 1, null).forEach(task -> db.uploadTasks.cancel("ann", task.id()));
    }

    @Test
    void purgesByARecurringJob() {
        startNode(Map.of("filemill.worker.purge-interval", "5s", "filemill.worker.purge-max-age", "0s"));
        UUID task = submit(1, "{}");

        await().atMost(Duration.ofSeconds(60))
                .until(() -> db.uploadTasks.unknown(List.of(task)).contains(task));

        assertThat(db.jdbc
                        .sql("select count(*) from file_task")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void tellsWhyItHasItsSlots() {
        startNode(Map.of("filemill.worker.node-name", "anvil"));

        assertThat(db.nodes.list()).singleElement().satisfies(node -> {
            assertThat(node.name()).isEqualTo("anvil");
            assertThat(node.status()).isEqualTo("active");
            assertThat(node.slots()).isEqualTo(4);
            assertThat(node.capacityReason()).contains("MAX_WORKERS=4");
        });
    }

    @Test
    void startsTogetherWithOtherNodesOnAnEmptyDatabase() throws Exception {
        for (int round = 0; round < 3; round++) {
            db.empty();
            var starts = IntStream.range(0, 4)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> WorkerApplication.start(
                            Map.of(
                                    "filemill.db.url",
                                    db.url,
                                    "filemill.db.data-dir",
                                    dataDir,
                                    "filemill.worker.max-workers",
                                    1),
                            false)))
                    .toList();

            starts.forEach(start -> nodes.add(start.join()));
            assertThat(db.nodes.list())
                    .extracting(WorkerNode::status)
                    .hasSize(4)
                    .containsOnly("active");
            stopNodes();
        }
    }

    @Test
    void sharesATaskBetweenNodes() {
        startNode(Map.of("filemill.worker.node-name", "first"));
        startNode(Map.of("filemill.worker.node-name", "second"));

        UUID task = submit(100, "{\"delay_ms\": 20}");

        assertThat(awaitEnd(task).successfulFiles()).isEqualTo(100);
        assertThat(db.fileTasks.list(task, null, null, 0, 100))
                .extracting(FileTask::node)
                .contains("first", "second");
    }

    @Test
    void findsWithinSecondsWhatNoNotificationToldOf() {
        startNode(Map.of());
        awaitEnd(submit(1, "{}"));

        UUID task = UUID.randomUUID();
        db.jdbc.sql("""
                with task as (
                    insert into upload_task (id, user_id, processor, total_files, prepared_at) values (:id, 'ann', 'noop', 1, now())
                    returning id)
                insert into file_task (upload_task_id, item, filename) select id, 'untold', 'untold' from task
                """).param("id", task).update();

        await().atMost(Duration.ofSeconds(10))
                .until(() -> db.task(task).status().isFinal());
        FileTask file = onlyFile(task);
        assertThat(Duration.between(file.createdAt(), Objects.requireNonNull(file.startedAt())))
                .as("from the commit to the start; a heartbeat, every three seconds, sees it")
                .isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void idleNodesThatAreWokenTogetherTakeNoMoreThanTheirSlots() {
        for (int i = 0; i < 3; i++) {
            startNode(Map.of("filemill.worker.max-workers", 2));
        }

        UUID task = submit(20, "{\"delay_ms\": 600000}");

        awaitRunning(task, 6);
        assertThat(db.jdbc
                        .sql("select count(*) from file_task where status = 'running' group by node_id")
                        .query(Integer.class)
                        .list())
                .containsExactly(2, 2, 2);
        db.uploadTasks.cancel("ann", task);
    }

    @Test
    void rejectsAProcessorThatNoNodeHas() {
        UUID task = submit(1, "{}");
        db.jdbc.sql("update upload_task set processor = 'mystery'").update();
        startNode(Map.of());

        awaitEnd(task);

        assertThat(Objects.requireNonNull(onlyFile(task).failure()).message())
                .contains("mystery")
                .contains("noop");
    }

    @Test
    void aPathThatALinkWasPutIntoAfterwardsIsNotOpened() throws Exception {
        Path folder = Files.createDirectory(dataDir.toRealPath().resolve("in"));
        Path secret = Files.writeString(folder.resolve("secret.txt"), "secret");
        Path swapped = Files.createSymbolicLink(folder.resolve("swapped.txt"), secret);
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("a.txt"), "a");
        Path swappedFolder = Files.createSymbolicLink(folder.resolve("folder"), elsewhere);
        var paths = List.of(secret, swapped, swappedFolder.resolve("a.txt"), folder.resolve("nothing"));
        UUID id = submit(
                paths.stream()
                        .map(path -> NewFileTask.notStored(path.toString(), "a"))
                        .iterator(),
                "{}",
                TaskLimits.OF_THE_NODE);
        startNode(Map.of());
        awaitEnd(id);
        assertThat(db.fileTasks.list(id, null, null, 0, 10))
                .extracting(file -> file.failure() == null ? null : code(file))
                .containsExactly(null, "ACCESS_DENIED", "ACCESS_DENIED", null);
    }
}
