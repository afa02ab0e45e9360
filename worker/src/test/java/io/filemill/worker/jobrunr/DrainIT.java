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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Jobs that a node holds in advance, and ends that wait for their commit. */
@ExtendWith(PostgresExtension.class)
final class DrainIT {
    private final TestDatabase db;

    @TempDir
    Path dataDir;

    DrainIT(TestDatabase db) {
        this.db = db;
    }

    private RunningWorker startNode(int slots, Map<String, Object> more) {
        Map<String, Object> properties = new HashMap<>(Map.of(
                "filemill.db.url", db.url,
                "filemill.db.data-dir", dataDir,
                "filemill.worker.max-workers", slots));
        properties.putAll(more);
        return WorkerApplication.start(properties, false);
    }

    private UUID submit(int files, int delayMillis, int priority) {
        var settings = JsonMapper.shared().createObjectNode().put("delay_ms", delayMillis);
        var task = new NewUploadTask(UUID.randomUUID(), "ann", "noop", settings, priority, TaskLimits.OF_THE_NODE);
        var items = IntStream.rangeClosed(1, files).mapToObj(i -> NewFileTask.notStored("file " + i, "file " + i));
        return db.submission.submit(task, items.iterator(), null).orElseThrow().id();
    }

    private void awaitEnd(UUID task, Duration limit) {
        await().atMost(limit).until(() -> db.task(task).status().isFinal());
    }

    private int jobs(String state) {
        return db.jdbc
                .sql("select count(*) from jobrunr_jobs where state = :state")
                .param("state", state)
                .query(Integer.class)
                .single();
    }

    @Test
    void aJobThatWaitsLongerThanJobRunrAllowsIsNoOrphan() {
        try (RunningWorker ignored = startNode(16, Map.of("filemill.worker.poll-interval", "5s"))) { // allows 20 s
            UUID fast = submit(3000, 0, 9);
            UUID slow = submit(160, 3000, 0); // all of them are fetched at the pace of the fast ones
            awaitEnd(fast, Duration.ofMinutes(2));
            awaitEnd(slow, Duration.ofMinutes(2));

            assertThat(db.task(slow).outcome()).isEqualTo("success");
            assertThat(db.fileTasks.list(slow, null, null, 0, 200))
                    .extracting(FileTask::attempt)
                    .containsOnly(1);
            assertThat(jobs("FAILED")).isZero();
        }
    }

    @Test
    void filesThatWaitWhenTheirTaskIsCancelledNeverStart() {
        try (RunningWorker ignored = startNode(4, Map.of())) {
            UUID fast = submit(2000, 0, 9);
            UUID slow = submit(100, 2000, 0);
            awaitEnd(fast, Duration.ofMinutes(2));
            await().atMost(Duration.ofSeconds(20)).until(() -> db.task(slow).runningFiles() > 4);

            db.uploadTasks.cancel("ann", slow);
            UUID next = submit(1, 0, 5);

            awaitEnd(next, Duration.ofSeconds(15)); // would come after 50 s if the others ran
            assertThat(db.task(slow).outcome()).isEqualTo("cancelled");
        }
    }

    @Test
    void aDrainGivesBackWhatWaitsWithoutALossForIt() {
        UUID slow;
        try (RunningWorker ignored = startNode(4, Map.of())) {
            UUID fast = submit(2000, 0, 9);
            slow = submit(100, 1500, 0);
            awaitEnd(fast, Duration.ofMinutes(2));
            await().atMost(Duration.ofSeconds(20)).until(() -> db.task(slow).runningFiles() > 4);
        }

        assertThat(db.fileTasks.list(slow, null, null, 0, 200)).allSatisfy(file -> {
            assertThat(file.status().word()).isIn("pending", "completed");
            assertThat(file.crashCount()).isZero();
            assertThat(file.retryCount()).isZero();
        });
    }

    @Test
    void leavesNoJobBehind() {
        try (RunningWorker ignored = startNode(4, Map.of("filemill.worker.durability", "wait"))) {
            UUID task = submit(500, 0, 5);
            awaitEnd(task, Duration.ofMinutes(2));

            assertThat(db.task(task).outcome()).isEqualTo("success");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> jobs("PROCESSING") + jobs("SUCCEEDED") + jobs("FAILED") == 0);
        }
    }

    @Test
    void keepsJobRunrsTableAsSmallAsTheWindowHoweverManyFilesWait() {
        try (RunningWorker ignored = startNode(8, Map.of())) {
            UUID task = submit(8000, 0, 5);
            List<Integer> sizes = new ArrayList<>();

            await().pollInterval(Duration.ofMillis(20))
                    .atMost(Duration.ofMinutes(3))
                    .until(() -> {
                        sizes.add(db.jdbc
                                .sql("select count(*) from jobrunr_jobs")
                                .query(Integer.class)
                                .single());
                        return db.task(task).status().isFinal();
                    });

            assertThat(sizes)
                    .as("what the node holds, what waits for its commit and the smallest window")
                    .hasSizeGreaterThan(10)
                    .allMatch(size -> size <= 8 + 3 * Prefetch.LIMIT + 64);
        }
    }
}
