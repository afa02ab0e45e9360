package io.filemill.db.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How fast a task goes and how long it will take, as its row tells. */
@ExtendWith(PostgresExtension.class)
class TaskRateIT {
    private final TestDatabase db;

    TaskRateIT(TestDatabase db) {
        this.db = db;
    }

    private void fail(UUID task, int files) {
        UUID node = db.node();
        List<Long> ids = db.fileIds(task).subList(0, files);
        ids.forEach(id -> assertThat(db.fileTasks.claim(id, 1, node)).isPresent());
        db.fileTasks.finish(ids.stream()
                .map(id -> FinishedFile.failed(id, 1, TestDatabase.corrupt()))
                .toList());
    }

    private void set(UUID task, String assignments) {
        db.jdbc
                .sql("update upload_task set " + assignments + " where id = :id")
                .param("id", task)
                .update();
    }

    @Test
    void aTaskThatHasNotBegunHasNoRate() {
        UUID task = db.submit("ann", 3);

        assertThat(db.task(task)).returns(0.0, UploadTask::filesPerSecond).returns(null, UploadTask::etaSeconds);
    }

    @Test
    void aYoungTaskIsMeasuredOverItsWholeLife() {
        db.manyNodes();
        UUID task = db.submit("ann", 30);
        fail(task, 10);
        set(task, "started_at = now() - interval '5 seconds'");

        assertThat(db.task(task).filesPerSecond()).isCloseTo(2, within(0.4));
        assertThat(db.task(task).etaSeconds()).isBetween(8L, 14L);
    }

    @Test
    void anOldTaskIsMeasuredOverTheLastHalfMinute() {
        UUID task = db.submit("ann", 3);
        set(
                task,
                "started_at = now() - interval '1 day', recent_files = 600, lately_files = 90000, counted_at = now()");
        assertThat(db.task(task).filesPerSecond()).isCloseTo(20, within(2.0));

        set(task, "counted_at = now() - interval '2 minutes'");
        assertThat(db.task(task).filesPerSecond()).as("it has come to a halt").isLessThan(1);
    }

    @Test
    void aTaskOfLongFilesIsMeasuredOverAQuarterOfAnHour() {
        UUID task = db.submit("ann", 3);
        set(task, "started_at = now() - interval '1 day', recent_files = 0.5, lately_files = 45, counted_at = now()");

        assertThat(db.task(task).filesPerSecond()).isCloseTo(0.05, within(0.002));
        assertThat(db.task(task).etaSeconds()).isCloseTo(60, within(3L));
    }

    @Test
    void nothingIsForetoldOfWhatIsPaused() {
        UUID task = db.submit("ann", 3);
        set(task, "started_at = now(), recent_files = 600, lately_files = 600, counted_at = now()");
        assertThat(db.task(task).etaSeconds()).isNotNull();

        db.control.pause("ann", task);

        assertThat(db.task(task).etaSeconds()).isNull();
    }

    @Test
    void aRetryBeginsToMeasureAgain() {
        db.manyNodes();
        UUID task = db.submit("ann", 3);
        fail(task, 3);
        set(task, "started_at = now() - interval '1 day'");
        assertThat(db.task(task).filesPerSecond()).as("it has ended").isZero();

        assertThat(db.retry.retry("ann", task, RetrySelection.ALL_FAILED, file -> true))
                .isPresent();

        assertThat(db.task(task)).returns(0.0, UploadTask::filesPerSecond).returns(null, UploadTask::etaSeconds);
    }

    @Test
    void filesOfLongAgoFadeToNothing() {
        db.manyNodes();
        UUID task = db.submit("ann", 3);
        set(
                task,
                "started_at = now() - interval '1 day', recent_failed = 1e-300, counted_at = now() - interval '1 day'");

        fail(task, 1);

        assertThat(db.jdbc
                        .sql("select recent_failed from upload_task")
                        .query(Double.class)
                        .single())
                .isEqualTo(1);
    }
}
