package io.filemill.db.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class UploadTaskRepositoryIT {
    private final TestDatabase db;

    UploadTaskRepositoryIT(TestDatabase db) {
        this.db = db;
    }

    @Test
    void findsATaskOfItsOwnUserOnly() {
        UUID task = db.submit("ann", 1);

        assertThat(db.uploadTasks.find("ann", task)).isPresent();
        assertThat(db.uploadTasks.find("bob", task)).isEmpty();
    }

    @Test
    void listsNewestFirstPageByPage() {
        List<UUID> submitted = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            submitted.add(0, db.submit("ann", 1));
        }
        db.submit("bob", 1);

        List<UploadTask> first = db.uploadTasks.list("ann", 3, null);
        UploadTask last = first.get(2);
        List<UploadTask> second = db.uploadTasks.list("ann", 3, new Position(last.createdAt(), last.id()));

        assertThat(first).extracting(UploadTask::id).containsExactlyElementsOf(submitted.subList(0, 3));
        assertThat(second).extracting(UploadTask::id).containsExactlyElementsOf(submitted.subList(3, 5));
    }

    @Test
    void cancelEndsEveryFileThatIsNotDone() {
        UUID task = db.submit("ann", 3);
        UUID node = db.node();
        List<Long> files = db.fileIds(task);
        ClaimedFile done = db.fileTasks.claim(files.get(0), 1, node).orElseThrow();
        db.fileTasks.finish(List.of(FinishedFile.with(
                done.id(),
                1,
                TaskStatus.COMPLETED,
                tools.jackson.databind.node.JsonNodeFactory.instance.objectNode())));
        assertThat(db.fileTasks.claim(files.get(1), 1, node)).isPresent();

        assertThat(db.uploadTasks.cancel("ann", task)).isEqualTo(new Cancellation.Cancelled(2));

        UploadTask cancelled = db.task(task);
        assertThat(cancelled.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(cancelled.outcome()).isEqualTo("cancelled");
        assertThat(cancelled.error()).isEqualTo("Task cancelled by user");
        assertThat(List.of(cancelled.processedFiles(), cancelled.successfulFiles(), cancelled.failedFiles()))
                .containsExactly(3, 1, 2);
        assertThat(db.fileTasks.list(task, TaskStatus.FAILED, "CANCELLED", 0, 10))
                .hasSize(2);
    }

    @Test
    void tasksBeginTogetherAndEachOnce() {
        List<UUID> tasks = List.of(db.submit("ann", 1), db.submit("ann", 1), db.submit("bob", 1));
        assertThat(db.uploadTasks.markRunning(tasks.subList(0, 1))).isOne();

        assertThat(db.uploadTasks.markRunning(tasks)).isEqualTo(2);
        assertThat(db.uploadTasks.markRunning(tasks)).isZero();

        assertThat(tasks).extracting(task -> db.task(task).status()).containsOnly(TaskStatus.RUNNING);
    }

    @Test
    void cancelTellsWhyItChangedNothing() {
        UUID task = db.submit("ann", 1);
        ClaimedFile file =
                db.fileTasks.claim(db.fileIds(task).get(0), 1, db.node()).orElseThrow();
        db.fileTasks.finish(List.of(FinishedFile.failed(file.id(), 1, TestDatabase.corrupt())));
        UUID cancelled = db.submit("ann", 1);
        db.uploadTasks.cancel("ann", cancelled);

        assertThat(db.uploadTasks.cancel("ann", task)).isInstanceOf(Cancellation.AlreadyFinished.class);
        assertThat(db.uploadTasks.cancel("ann", cancelled)).isInstanceOf(Cancellation.AlreadyCancelled.class);
        assertThat(db.uploadTasks.cancel("bob", cancelled)).isInstanceOf(Cancellation.NotFound.class);
        assertThat(db.uploadTasks.cancel("ann", UUID.randomUUID())).isInstanceOf(Cancellation.NotFound.class);
    }

    @Test
    void cancelFileEndsThatFileAlone() {
        UUID task = db.submit("ann", 3);
        List<Long> files = db.fileIds(task);
        assertThat(db.fileTasks.claim(files.get(0), 1, db.node())).isPresent();

        assertThat(db.uploadTasks.cancelFile("bob", files.get(0))).isInstanceOf(Cancellation.NotFound.class);
        assertThat(db.uploadTasks.cancelFile("ann", files.get(0))).isEqualTo(new Cancellation.Cancelled(1));
        assertThat(db.uploadTasks.cancelFile("ann", files.get(0))).isInstanceOf(Cancellation.AlreadyCancelled.class);
        assertThat(db.uploadTasks.cancelFile("ann", files.get(1))).isEqualTo(new Cancellation.Cancelled(1));
        assertThat(db.task(task).status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(db.uploadTasks.cancelFile("ann", files.get(2))).isEqualTo(new Cancellation.Cancelled(1));

        UploadTask ended = db.task(task);
        assertThat(ended.status()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(ended.outcome()).isEqualTo("failed");
        assertThat(ended.failedFiles()).isEqualTo(3);
    }

    @Test
    void cancelsAHundredThousandPendingFilesWithinFiveSeconds() {
        UUID task = db.submit("ann", 100_000);
        long start = System.nanoTime();

        assertThat(db.uploadTasks.cancel("ann", task)).isEqualTo(new Cancellation.Cancelled(100_000));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void aTaskThatHasEndedIsRemovedOnceAndByItsUserOnly() {
        UUID running = db.submit("ann", 1);
        UUID ended = db.submit("ann", 1);
        db.uploadTasks.cancel("ann", ended);

        assertThat(db.uploadTasks.remove("ann", running)).isEqualTo(Removal.IN_PROGRESS);
        assertThat(db.uploadTasks.remove("bob", ended)).isEqualTo(Removal.NOT_FOUND);
        assertThat(db.uploadTasks.remove("ann", ended)).isEqualTo(Removal.REMOVED);

        assertThat(db.uploadTasks.remove("ann", ended)).isEqualTo(Removal.NOT_FOUND);
        assertThat(db.uploadTasks.find("ann", ended)).isEmpty();
        assertThat(db.uploadTasks.find("ann", running)).isPresent();
        assertThat(db.uploadTasks.takeForPurge(Duration.ofHours(1)))
                .as("nobody deleted it, so the purge does, young as it is")
                .contains(ended);
    }

    @Test
    void allTasksOfAUserThatHaveEndedAreRemovedTogether() {
        UUID running = db.submit("ann", 1);
        UUID older = db.submit("ann", 1);
        UUID newer = db.submit("ann", 1);
        UUID foreign = db.submit("bob", 1);
        db.uploadTasks.cancel("ann", older);
        db.uploadTasks.cancel("ann", newer);
        db.uploadTasks.cancel("bob", foreign);

        assertThat(db.uploadTasks.removeEnded("ann")).containsExactly(newer, older);

        assertThat(db.uploadTasks.removeEnded("ann")).isEmpty();
        assertThat(db.uploadTasks.find("ann", running)).isPresent();
        assertThat(db.uploadTasks.find("bob", foreign)).isPresent();
    }

    @Test
    void aFilterTakesTasksByStateOutcomeAndTime() {
        UUID pending = db.submit("ann", 1);
        UUID cancelled = db.submit("ann", 1);
        db.uploadTasks.cancel("ann", cancelled);
        Instant created = db.task(cancelled).createdAt();

        assertThat(listed(new TaskFilter(TaskStatus.PENDING, null, null, null))).containsExactly(pending);
        assertThat(listed(new TaskFilter(null, "cancelled", null, null))).containsExactly(cancelled);
        assertThat(listed(new TaskFilter(TaskStatus.PENDING, "cancelled", null, null)))
                .isEmpty();
        assertThat(listed(new TaskFilter(null, null, created, null))).containsExactly(cancelled);
        assertThat(listed(new TaskFilter(null, null, null, created))).containsExactly(pending);
        assertThat(listed(TaskFilter.ALL)).containsExactly(cancelled, pending);
    }

    private List<UUID> listed(TaskFilter filter) {
        return db.uploadTasks.list("ann", filter, 10, null).stream()
                .map(UploadTask::id)
                .toList();
    }

    @Test
    void purgeTakesOnlyFinalTasksThatAreOldEnough() {
        UUID running = db.submit("ann", 1);
        UUID fresh = db.submit("ann", 1);
        UUID old = db.submit("ann", 2500);
        db.uploadTasks.cancel("ann", fresh);
        db.uploadTasks.cancel("ann", old);
        db.jdbc
                .sql("update upload_task set finished_at = now() - interval '2 hours' where id = :id")
                .param("id", old)
                .update();

        assertThat(db.uploadTasks.takeForPurge(Duration.ofHours(1))).contains(old);
        assertThat(db.uploadTasks.find("ann", old)).isEmpty();
        assertThat(db.uploadTasks.takeForPurge(Duration.ofHours(1)))
                .as("its deletion was cut short")
                .contains(old);
        db.uploadTasks.delete(old);
        db.uploadTasks.delete(running);

        assertThat(db.uploadTasks.takeForPurge(Duration.ofHours(1))).isEmpty();
        assertThat(db.uploadTasks.unknown(List.of(running, fresh, old))).containsExactly(old);
        assertThat(db.fileIds(running)).hasSize(1);
    }
}
