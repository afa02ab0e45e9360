package io.filemill.db.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.failure.Failure;
import io.filemill.db.task.ClaimedFile;
import io.filemill.db.task.FileAttempt;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.RetriedFiles;
import io.filemill.db.task.RetrySelection;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.task.UploadTask;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.JsonNodeFactory;

@ExtendWith(PostgresExtension.class)
class RetryIT {
    private final TestDatabase db;
    private final UUID node;

    RetryIT(TestDatabase db) {
        this.db = db;
        node = db.node();
    }

    private ClaimedFile claim(long id) {
        return db.fileTasks.claim(id, db.attempt(id), node).orElseThrow();
    }

    private void fail(long id, Failure failure) {
        ClaimedFile file = claim(id);
        db.fileTasks.finish(List.of(FinishedFile.failed(id, file.attempt(), failure)));
    }

    private void complete(long id) {
        ClaimedFile file = claim(id);
        db.fileTasks.finish(List.of(
                FinishedFile.with(id, file.attempt(), TaskStatus.COMPLETED, JsonNodeFactory.instance.objectNode())));
    }

    private RetriedFiles retry(UUID task, RetrySelection selection) {
        return db.retry.retry("ann", task, selection, file -> true).orElseThrow();
    }

    private static RetrySelection byCodes(String... codes) {
        return new RetrySelection(List.of(codes), null, null, null);
    }

    private static RetrySelection byIds(Long... ids) {
        return new RetrySelection(null, null, List.of(ids), null);
    }

    /** A task with one file completed, one corrupt, one whose service was away. */
    private UUID mixedTask() {
        UUID task = db.submit("ann", 3);
        List<Long> files = db.fileIds(task);
        complete(files.get(0));
        fail(files.get(1), TestDatabase.corrupt());
        fail(files.get(2), TestDatabase.unavailable());
        return task;
    }

    @Test
    void runsFailedFilesAgainAndNothingElse() {
        UUID task = mixedTask();

        assertThat(retry(task, RetrySelection.ALL_FAILED)).isEqualTo(new RetriedFiles(2, 0, List.of()));

        UploadTask again = db.task(task);
        assertThat(again.status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(again.outcome()).isNull();
        assertThat(List.of(again.processedFiles(), again.successfulFiles(), again.failedFiles(), again.pendingFiles()))
                .containsExactly(1, 1, 0, 2);
        List<Long> files = db.fileIds(task);
        complete(files.get(1));
        complete(files.get(2));
        assertThat(db.task(task).outcome()).isEqualTo("success");
    }

    @Test
    void changesNothingTheSecondTime() {
        UUID task = mixedTask();
        retry(task, RetrySelection.ALL_FAILED);
        List<FileTask> before = db.fileTasks.list(task, null, null, 0, 10);

        assertThat(retry(task, RetrySelection.ALL_FAILED)).isEqualTo(new RetriedFiles(0, 0, List.of()));

        assertThat(db.fileTasks.list(task, null, null, 0, 10)).isEqualTo(before);
    }

    @Test
    void keepsTheDiagnosisAndGivesAllAttemptsAnew() {
        UUID task = mixedTask();
        long corrupt = db.fileIds(task).get(1);

        retry(task, byIds(corrupt));

        FileTask file = db.fileTasks.find("ann", corrupt).orElseThrow();
        assertThat(file.failure()).isEqualTo(TestDatabase.corrupt());
        assertThat(List.of(file.retryCount(), file.failureCount(), file.crashCount()))
                .containsExactly(1, 0, 0);
        assertThat(db.fileTasks.attempts(corrupt)).singleElement().satisfies(attempt -> {
            assertThat(attempt.ended()).isEqualTo("failed");
            assertThat(attempt.failure()).isEqualTo(TestDatabase.corrupt());
            assertThat(attempt.node()).isEqualTo("node-" + node);
        });
        complete(corrupt);
        assertThat(db.fileTasks.find("ann", corrupt).orElseThrow().failure()).isNull();
        assertThat(db.fileTasks.attempts(corrupt))
                .as("what failed before stays known")
                .hasSize(1);
    }

    @Test
    void selectsByCodeAndByWhetherItMayPass() {
        UUID task = mixedTask();

        assertThat(retry(task, byCodes("ENCRYPTED")).retried()).isZero();
        assertThat(retry(task, byCodes("CORRUPT", "ENCRYPTED")).retried()).isEqualTo(1);
        assertThat(retry(task, new RetrySelection(null, false, null, null)).retried())
                .isZero();
        assertThat(retry(task, new RetrySelection(null, true, null, null)).retried())
                .isEqualTo(1);
    }

    @Test
    void saysWhyNamedFilesWereNotTaken() {
        UUID task = mixedTask();
        List<Long> files = db.fileIds(task);
        long foreign = db.fileIds(db.submit("ann", 1)).get(0);

        RetriedFiles byIds = db.retry
                .retry("ann", task, byIds(files.get(0), files.get(1), foreign), file -> file.id() != files.get(1))
                .orElseThrow();
        RetriedFiles byItems =
                retry(task, new RetrySelection(null, null, null, List.of("file 1", "file 3", "no such file")));

        assertThat(byIds.retried()).isZero();
        assertThat(byIds.skipped())
                .containsExactlyInAnyOrder(
                        new RetriedFiles.Skipped(files.get(0), "file 1", "file 1", "not_failed"),
                        new RetriedFiles.Skipped(files.get(1), "file 2", "file 2", "source_file_missing"),
                        new RetriedFiles.Skipped(foreign, null, null, "file_not_in_task"));
        assertThat(byItems.retried()).isEqualTo(1);
        assertThat(byItems.skipped())
                .extracting(RetriedFiles.Skipped::item, RetriedFiles.Skipped::reason)
                .containsExactlyInAnyOrder(
                        org.assertj.core.api.Assertions.tuple("file 1", "not_failed"),
                        org.assertj.core.api.Assertions.tuple("no such file", "file_not_in_task"));
        assertThat(db.retry.retry("bob", task, RetrySelection.ALL_FAILED, file -> true))
                .isEmpty();
    }

    @Test
    void resumesACancelledTaskOnlyWhenAskedTo() {
        UUID task = db.submit("ann", 2);
        long running = db.fileIds(task).get(0);
        claim(running);
        db.uploadTasks.cancel("ann", task);

        assertThat(retry(task, RetrySelection.ALL_FAILED).retried()).isZero();
        assertThat(db.task(task).outcome()).isEqualTo("cancelled");
        assertThat(retry(task, byCodes("CANCELLED")).retried()).isEqualTo(2);

        assertThat(db.fileTasks.attempts(running))
                .extracting(FileAttempt::ended)
                .containsExactly("cancelled");
        db.fileIds(task).forEach(this::complete);
        assertThat(db.task(task).outcome()).isEqualTo("success");
    }

    @Test
    void takesAHundredThousandFilesWithinTenSeconds() {
        UUID task = db.submit("ann", 100_000);
        db.uploadTasks.cancel("ann", task);
        long start = System.nanoTime();

        assertThat(retry(task, byCodes("CANCELLED")).retried()).isEqualTo(100_000);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }
}
