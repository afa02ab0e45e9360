package io.filemill.db.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.TaskStatus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.JsonNodeFactory;

@ExtendWith(PostgresExtension.class)
final class FlusherIT {
    private final TestDatabase db;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    FlusherIT(TestDatabase db) {
        this.db = db;
    }

    private Flusher flusher(int window) {
        return new Flusher(db.transaction, db.fileTasks, db.jdbc, window, meters);
    }

    private List<Long> running(UUID task) {
        UUID node = db.node();
        List<Long> ids = db.fileIds(task);
        ids.forEach(
                id -> assertThat(db.fileTasks.claim(id, db.attempt(id), node)).isPresent());
        return ids;
    }

    private static FinishedFile done(long id) {
        return FinishedFile.with(
                id,
                1,
                TaskStatus.COMPLETED,
                JsonNodeFactory.instance.objectNode().put("status", "done"));
    }

    private List<String> states(UUID task) {
        return db.fileTasks.list(task, null, null, 0, 100).stream()
                .map(file -> file.status().word())
                .toList();
    }

    private int jobs() {
        return db.jdbc
                .sql("select count(*) from jobrunr_jobs")
                .query(Integer.class)
                .single();
    }

    @Test
    void writesEndsAndTakesTheirJobsAway() throws Exception {
        db.manyNodes();
        UUID task = db.submit("ann", 40);
        List<CompletableFuture<@Nullable Void>> written = new ArrayList<>();

        try (Flusher flusher = flusher(256)) {
            for (long id : running(task)) {
                written.add(flusher.end(done(id)));
                flusher.endJob(new FileTaskJob(id, 1).jobId());
            }
        }

        assertThat(written).allSatisfy(end -> assertThat(end).isCompletedWithValue(null));
        assertThat(states(task)).containsOnly("completed");
        assertThat(db.task(task).outcome()).isEqualTo("success");
        assertThat(jobs()).isZero();
        assertThat(meters.get("filemill.flush.files").summary().totalAmount()).isEqualTo(40);
        assertThat(meters.get("filemill.flush").timer().count()).isPositive();
    }

    @Test
    void writesWhatPiledUpInOneTransaction() throws Exception {
        db.manyNodes();
        UUID task = db.submit("ann", 30);
        List<Long> ids = running(task);
        var locked = new CountDownLatch(1);
        var unlock = new CountDownLatch(1);
        CompletableFuture<Void> holder =
                CompletableFuture.runAsync(() -> db.transaction.executeWithoutResult(status -> {
                    db.jdbc.sql("select from upload_task for update").query().listOfRows();
                    locked.countDown();
                    try {
                        assertThat(unlock.await(20, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }));
        assertThat(locked.await(20, TimeUnit.SECONDS)).isTrue();

        try (Flusher flusher = flusher(256)) {
            for (long id : ids) {
                CompletableFuture<@Nullable Void> ignored = flusher.end(done(id));
            }
            unlock.countDown();
        }
        holder.get(20, TimeUnit.SECONDS);

        assertThat(db.jdbc
                        .sql("select count(distinct finished_at) from file_task")
                        .query(Integer.class)
                        .single())
                .as("transactions: one for the first end, one for those that came while it waited")
                .isLessThanOrEqualTo(3);
    }

    @Test
    void aFullWindowMakesTheNextEndWait() throws Exception {
        UUID task = db.submit("ann", 3);
        List<Long> ids = running(task);
        var unlock = new CountDownLatch(1);
        var locked = new CountDownLatch(1);
        CompletableFuture<Void> holder =
                CompletableFuture.runAsync(() -> db.transaction.executeWithoutResult(status -> {
                    db.jdbc.sql("select from upload_task for update").query().listOfRows();
                    locked.countDown();
                    try {
                        assertThat(unlock.await(20, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }));
        assertThat(locked.await(20, TimeUnit.SECONDS)).isTrue();

        try (Flusher flusher = flusher(2)) {
            CompletableFuture<@Nullable Void> first = flusher.end(done(ids.get(0)));
            CompletableFuture<@Nullable Void> second = flusher.end(done(ids.get(1)));
            var third = new Thread(() -> {
                try {
                    CompletableFuture<@Nullable Void> ignored = flusher.end(done(ids.get(2)));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            third.start();

            await().atMost(Duration.ofSeconds(20)).until(() -> third.getState() == Thread.State.WAITING);
            assertThat(first).isNotDone();
            assertThat(second).isNotDone();
            unlock.countDown();
            third.join(20_000);
        }
        holder.get(20, TimeUnit.SECONDS);

        assertThat(states(task)).containsOnly("completed");
    }

    @Test
    void aResultThatTheDatabaseRefusesFailsItsFileOnly() throws Exception {
        UUID task = db.submit("ann", 3);
        List<Long> ids = running(task);
        FinishedFile poison = done(ids.get(1)).withSha256("not a digest");

        try (Flusher flusher = flusher(256)) {
            for (FinishedFile end : List.of(done(ids.get(0)), poison, done(ids.get(2)))) {
                CompletableFuture<@Nullable Void> ignored = flusher.end(end);
            }
        }

        assertThat(states(task)).containsExactly("completed", "failed", "completed");
        FileTask failed = db.fileTasks.list(task, null, null, 0, 10).get(1);
        assertThat(failed.failure()).isNotNull();
        assertThat(failed.failure().code()).isEqualTo("NOT_STORED");
    }

    @Test
    void keepsEndsWhileTheDatabaseRefusesToCommit() throws Exception {
        UUID task = db.submit("ann", 2);
        List<Long> ids = running(task);
        db.jdbc.sql("""
                create function refuse() returns trigger language plpgsql as
                $$ begin raise exception 'away' using errcode = '57P01'; end $$
                """).update();
        db.jdbc
                .sql("create trigger refuse before update on file_task for each row execute function refuse()")
                .update();
        try (Flusher flusher = flusher(256)) {
            CompletableFuture<@Nullable Void> first = flusher.end(done(ids.get(0)));
            CompletableFuture<@Nullable Void> second = flusher.end(done(ids.get(1)));
            await().during(Duration.ofMillis(500)).until(() -> !first.isDone() && !second.isDone());
            db.jdbc.sql("drop trigger refuse on file_task").update();

            await().atMost(Duration.ofSeconds(20)).until(() -> first.isDone() && second.isDone());
        } finally {
            db.jdbc.sql("drop function refuse cascade").update();
        }

        assertThat(states(task)).containsOnly("completed");
    }

    @Test
    void anEndThatCameTooLateChangesNothing() throws Exception {
        UUID task = db.submit("ann", 2);
        List<Long> ids = running(task);
        db.uploadTasks.cancelFile("ann", ids.get(0));

        try (Flusher flusher = flusher(256)) {
            for (long id : ids) {
                CompletableFuture<@Nullable Void> ignored = flusher.end(done(id));
            }
        }

        assertThat(states(task)).containsExactly("failed", "completed");
    }

    @Test
    void tellsForHowLongAFileRanWithoutTheTimeThatItWaited() throws Exception {
        long id = running(db.submit("ann", 1)).get(0);

        try (Flusher flusher = flusher(256)) {
            CompletableFuture<@Nullable Void> ignored = flusher.end(done(id).withWait(Duration.ofMinutes(5)));
        }

        assertThat(db.jdbc
                        .sql("select started_at - created_at > interval '4 minutes' from file_task")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void takesNothingAfterItsEnd() {
        Flusher flusher = flusher(256);
        flusher.close();

        assertThatThrownBy(() -> flusher.end(done(1))).isInstanceOf(IllegalStateException.class);
    }
}
