package io.filemill.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.queue.LimitScope;
import io.filemill.db.queue.QueueLimit;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import io.filemill.db.task.TaskLimits;
import io.filemill.db.task.UploadTask;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Users who share real nodes, and what keeps files from starting there. */
@ExtendWith(PostgresExtension.class)
class FairnessIT {
    private static final int ROUNDS = 5;

    private final TestDatabase db;
    private final List<RunningWorker> nodes = new ArrayList<>();

    @TempDir
    Path dataDir;

    FairnessIT(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void emptyTheDatabase() {
        db.empty();
    }

    private void startNodes(int count, int slots) {
        for (int i = 0; i < count; i++) {
            Map<String, Object> properties = new HashMap<>(Map.of(
                    "filemill.db.url",
                    db.url,
                    "filemill.db.data-dir",
                    dataDir,
                    "filemill.worker.max-workers",
                    slots,
                    "filemill.worker.drain-grace",
                    "1s"));
            nodes.add(WorkerApplication.start(properties, false));
        }
    }

    @AfterEach
    void stopNodes() {
        nodes.forEach(RunningWorker::close);
        nodes.clear();
    }

    private UUID submit(String userId, int files, int delayMillis) {
        return submit(userId, files, delayMillis, 5, null);
    }

    private UUID submit(String userId, int files, int delayMillis, int priority, @Nullable Instant notBefore) {
        var settings = JsonMapper.shared().createObjectNode().put("delay_ms", delayMillis);
        var task = new NewUploadTask(
                UUID.randomUUID(), userId, "noop", settings, priority, TaskLimits.OF_THE_NODE, notBefore);
        var items = IntStream.rangeClosed(1, files).mapToObj(i -> NewFileTask.notStored("file " + i, "file " + i));
        return db.submission.submit(task, items.iterator(), null).orElseThrow().id();
    }

    private UploadTask awaitEnd(UUID task) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> db.task(task).status().isFinal());
        return db.task(task);
    }

    private void awaitRunning(UUID task, int files) {
        await().atMost(Duration.ofSeconds(30)).until(() -> db.task(task).runningFiles() >= files);
    }

    private static void pause(int millis) throws InterruptedException {
        boolean ignored = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    }

    private List<FileTask> files(UUID task) {
        return db.fileTasks.list(task, null, null, 0, 1000);
    }

    private static Instant start(FileTask file) {
        return Objects.requireNonNull(file.startedAt());
    }

    private long medianMillisOfTenFiles() throws InterruptedException {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            UploadTask ended = awaitEnd(submit("bob", 10, 400));
            times.add(Duration.between(ended.createdAt(), Objects.requireNonNull(ended.finishedAt()))
                    .toMillis());
            pause(150 * i); // so that it meets the other user's files at any point of their run
        }
        times.sort(null);
        System.out.println("Ten files took " + times + " ms");
        return times.get(ROUNDS / 2);
    }

    // T-SC-3
    @Test
    void tenFilesBehindAHundredThousandOfAnotherUserTakeAtMostTwiceTheirTime() throws InterruptedException {
        startNodes(2, 4);
        awaitEnd(submit("bob", 20, 10));
        long alone = medianMillisOfTenFiles();
        UUID many = submit("ann", 100_000, 400);
        awaitRunning(many, 8);

        long behind = medianMillisOfTenFiles();

        assertThat(db.task(many).pendingFiles()).isGreaterThan(90_000);
        assertThat(behind).as("alone it took %s ms", alone).isLessThanOrEqualTo(2 * alone);
        db.uploadTasks.cancel("ann", many);
    }

    // T-SC-2
    @Test
    void anUrgentFileOfTheSameUserDoesNotWaitForTheOthers() {
        startNodes(1, 4);
        UUID many = submit("ann", 10_000, 300, 2, null);
        awaitRunning(many, 4);

        FileTask urgent = files(awaitEnd(submit("ann", 1, 0, 9, null)).id()).get(0);

        assertThat(Duration.between(urgent.createdAt(), start(urgent))).isLessThan(Duration.ofSeconds(2));
        db.uploadTasks.cancel("ann", many);
    }

    @Test
    void aLimitOnRunningFilesIsUsedUpAndNeverExceeded() {
        startNodes(2, 4);
        db.limits.put(LimitScope.USER, "ann", new QueueLimit.Values(2, null, null, null, null));

        UUID task = submit("ann", 30, 100);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    assertThat(db.task(task).runningFiles()).isLessThanOrEqualTo(2);
                    return db.task(task).status().isFinal();
                });

        UploadTask ended = db.task(task);
        assertThat(Duration.between(ended.createdAt(), Objects.requireNonNull(ended.finishedAt())))
                .as("15 times 100 ms, and not the wait for a tick after each")
                .isLessThan(Duration.ofSeconds(7));
    }

    // T-SC-4
    @Test
    void threeNodesTogetherKeepTheRateOfAProcessor() {
        startNodes(3, 4);
        db.limits.put(LimitScope.PROCESSOR, "noop", new QueueLimit.Values(null, 25.0, 1.0, null, null));

        UploadTask ended = awaitEnd(submit("ann", 100, 0));

        List<Instant> starts =
                files(ended.id()).stream().map(FairnessIT::start).sorted().toList();
        double seconds = Duration.between(starts.get(0), starts.get(99)).toMillis() / 1000.0;
        assertThat(99 / seconds).isLessThanOrEqualTo(25 * 1.05).isGreaterThan(25 * 0.4);
    }

    // T-SC-6
    @Test
    void aTaskStartsAtItsTimeAndNotBefore() {
        startNodes(1, 2);
        Instant time = db.jdbc
                .sql("select now() + interval '1500 milliseconds'")
                .query((row, number) -> row.getTimestamp(1).toInstant())
                .single();

        FileTask file = files(awaitEnd(submit("ann", 1, 0, 5, time)).id()).get(0);

        assertThat(start(file)).isBetween(time, time.plusSeconds(2));
    }

    // T-SC-7
    @Test
    void afterAPauseNothingStartsAndWhatRunsEndsUntilItIsResumed() throws InterruptedException {
        startNodes(2, 4);
        UUID task = submit("ann", 60, 300);
        awaitRunning(task, 8);

        db.limits.pause(LimitScope.CLUSTER, QueueLimit.EACH);
        Instant paused = db.jdbc
                .sql("select now()")
                .query((row, number) -> row.getTimestamp(1).toInstant())
                .single();

        await().atMost(Duration.ofSeconds(10)).until(() -> db.task(task).runningFiles() == 0);
        pause(2500); // longer than a tick
        assertThat(files(task).stream().filter(file -> file.startedAt() != null).map(FairnessIT::start))
                .allSatisfy(start -> assertThat(start).isBefore(paused.plusSeconds(1)));
        assertThat(db.task(task).pendingFiles()).isPositive();
        assertThat(nodes).allMatch(RunningWorker::isLive);
        stopNodes();
        startNodes(1, 4);
        pause(1000);
        assertThat(db.task(task).runningFiles()).as("after a restart").isZero();

        db.limits.resume(LimitScope.CLUSTER, QueueLimit.EACH);

        assertThat(awaitEnd(task).successfulFiles()).isEqualTo(60);
        assertThat(files(task)).allSatisfy(file -> assertThat(file.retryCount()).isZero());
    }

    @Test
    void filesThatANodeHoldsInAdvanceDoNotStartAfterAPause() {
        startNodes(1, 4);
        UUID fast = submit("ann", 2000, 0, 9, null);
        UUID slow = submit("ann", 100, 1500, 0, null);
        awaitEnd(fast);
        await().atMost(Duration.ofSeconds(20)).until(() -> db.task(slow).runningFiles() > 4);

        db.control.pause("ann", slow);

        await().atMost(Duration.ofSeconds(10)).until(() -> db.task(slow).runningFiles() <= 4);
        await().atMost(Duration.ofSeconds(10)).until(() -> db.task(slow).runningFiles() == 0);
        UUID next = submit("bob", 8, 0);
        assertThat(awaitEnd(next).outcome()).isEqualTo("success");
        assertThat(db.task(slow).pendingFiles()).isPositive();
        db.uploadTasks.cancel("ann", slow);
    }
}
