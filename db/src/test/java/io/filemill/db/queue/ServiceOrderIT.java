package io.filemill.db.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.task.ClaimedFile;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import io.filemill.db.task.QueueStatisticsRepository;
import io.filemill.db.task.TaskLimits;
import io.filemill.db.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.JsonNodeFactory;

/** Whom a node is given files of, and how many: order, limits, rates, times and pauses. */
@ExtendWith(PostgresExtension.class)
class ServiceOrderIT {
    private final TestDatabase db;
    private TakingNode node = new TakingNode(new UUID(0, 0), "none");

    ServiceOrderIT(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void startWithOneNode() {
        db.empty();
        node = new TakingNode(db.node(), "a node");
    }

    /** Submits files, none of which is in the window. */
    private UUID submit(String userId, int files, int priority) {
        UUID task = db.submit(userId, files, priority);
        emptyTheWindow();
        return task;
    }

    /** Tasks as they lie there after as many submissions, one after the other. */
    private void submitMany(String userId, String processor, int tasks, int files) {
        db.jdbc
                .sql("""
                with task as (
                    insert into upload_task (id, user_id, processor, total_files, created_at)
                    select gen_random_uuid(), :userId, :processor, :files, clock_timestamp() from generate_series(1, :tasks)
                    returning id, created_at)
                insert into file_task (upload_task_id, item, filename)
                select task.id, 'file ' || number, 'file' from task, generate_series(1, :files) as number order by created_at
                """)
                .param("userId", userId)
                .param("processor", processor)
                .param("tasks", tasks)
                .param("files", files)
                .update();
    }

    private void emptyTheWindow() {
        db.jdbc.sql("delete from jobrunr_jobs where state = 'ENQUEUED'").update();
        db.jdbc.sql("delete from user_share").update();
        db.jdbc.sql("delete from queue_bucket").update();
        db.jdbc
                .sql("update file_task set dispatched_at = null, attempt = 0 where status = 'pending'")
                .update();
    }

    private List<ClaimedFile> take(int room) {
        return db.feeder.take(node, room).files().stream()
                .map(Feeder.TakenFile::file)
                .toList();
    }

    private Map<UUID, Long> takeByTask(int room) {
        return take(room).stream().collect(Collectors.groupingBy(ClaimedFile::uploadTaskId, Collectors.counting()));
    }

    private void finish(List<ClaimedFile> files) {
        db.fileTasks.finish(files.stream()
                .map(file -> FinishedFile.with(
                        file.id(), file.attempt(), TaskStatus.COMPLETED, JsonNodeFactory.instance.objectNode()))
                .toList());
        assertThat(db.wrongCounters()).isEmpty();
    }

    private int inWindow() {
        return db.jdbc
                .sql("select count(*) from file_task where status = 'pending' and dispatched_at is not null")
                .query(Integer.class)
                .single();
    }

    private int enqueuedJobs() {
        return db.jdbc
                .sql("select count(*) from jobrunr_jobs where state = 'ENQUEUED'")
                .query(Integer.class)
                .single();
    }

    @Nested
    class Order {
        @Test
        void aHigherPriorityComesFirstAndCanBeChangedWhileQueued() {
            UUID first = submit("ann", 100, 5);
            UUID second = submit("bob", 100, 5);
            assertThat(takeByTask(4)).isEqualTo(Map.of(first, 2L, second, 2L));

            assertThat(db.control.change("ann", first, 9, null)).isEqualTo(TaskControl.Result.DONE);

            assertThat(takeByTask(4)).isEqualTo(Map.of(first, 4L));
            assertThat(db.task(first).priority()).isEqualTo(9);
        }

        @Test
        void aUserWhoHadNothingLatelyComesFirst() {
            UUID million = submit("ann", 1000, 5);
            finish(take(40));
            UUID ten = submitInto("bob", 10);

            assertThat(takeByTask(12)).isEqualTo(Map.of(ten, 10L, million, 2L));
        }

        private UUID submitInto(String userId, int files) {
            UUID task = db.submit(userId, files);
            db.jdbc.sql("delete from jobrunr_jobs where state = 'ENQUEUED'").update();
            db.jdbc
                    .sql("delete from user_share where user_id = :id")
                    .param("id", userId)
                    .update();
            db.jdbc
                    .sql("update file_task set dispatched_at = null, attempt = 0 where status = 'pending'")
                    .update();
            return task;
        }

        @Test
        void whatAUserHadFadesAway() {
            submit("ann", 1000, 5);
            finish(take(100));
            UUID other = submitInto("bob", 100);
            db.jdbc
                    .sql("update user_share set counted_at = now() - interval '2 minutes'")
                    .update();

            assertThat(takeByTask(10).get(other)).isEqualTo(5);
        }

        @Test
        void manyLongFilesOfAUserCountAsLongAsTheyRun() {
            UUID running = submit("ann", 1000, 5);
            take(20);
            db.jdbc
                    .sql("update user_share set counted_at = now() - interval '2 hours'")
                    .update();
            UUID other = submitInto("bob", 100);

            assertThat(takeByTask(30)).isEqualTo(Map.of(running, 5L, other, 25L));
        }

        @Test
        void aShareThatNobodyUsesIsBorrowed() {
            UUID task = submit("ann", 1000, 5);

            assertThat(takeByTask(500)).isEqualTo(Map.of(task, 500L));
        }

        @Test
        void aTaskWhoseFilesWaitForTheirNextAttemptIsPassedOver() {
            UUID later = submit("ann", 200, 9);
            UUID some = submit("ann", 100, 9);
            UUID now = submit("bob", 100, 0);
            db.jdbc
                    .sql(
                            "update file_task set next_attempt_at = now() + interval '1 hour' where upload_task_id = :later or upload_task_id = :some and id % 10 > 0")
                    .param("later", later)
                    .param("some", some)
                    .update();

            assertThat(takeByTask(50)).isEqualTo(Map.of(some, 10L, now, 40L));
        }

        @Test
        void touchesOnlyTheFilesThatItGivesHoweverManyTasksThereAre() {
            IntStream.range(0, 7).forEach(user -> submitMany("user " + user, "noop", 300, 5));

            db.transaction.executeWithoutResult(status -> {
                long before = db.filesRead();
                assertThat(take(100)).hasSize(100);
                assertThat(db.filesRead() - before).as("rows read").isBetween(100L, 300L);
            });
        }

        @Test
        void looksAtFewTasksHoweverManyWait() {
            submitMany("ann", "noop", 3000, 1);
            submitMany("bob", "noop", 3000, 1);
            db.jdbc.sql("analyze upload_task").update();

            db.transaction.executeWithoutResult(status -> {
                long before = db.tasksRead();
                assertThat(take(10)).hasSize(10);
                assertThat(db.tasksRead() - before).as("tasks read").isLessThan(200);
            });
        }

        @Test
        void smallTasksAreTakenOneAfterTheOtherWhileTheOlderOnesRun() {
            submitMany("ann", "noop", 30, 1);

            List<Long> taken = Stream.of(take(10), take(10), take(20))
                    .flatMap(List::stream)
                    .map(ClaimedFile::id)
                    .toList();

            assertThat(taken).hasSize(30).isSorted().doesNotHaveDuplicates();
        }

        @Test
        void oldTasksThatHaveNoFileYetOrNoneThatIsDueDoNotHideOthers() {
            submitMany("ann", "noop", 30, 0);
            submitMany("ann", "noop", 30, 1);
            db.jdbc
                    .sql("update file_task set next_attempt_at = now() + interval '1 hour'")
                    .update();
            UUID now = submit("ann", 2, 5);

            assertThat(takeByTask(4)).isEqualTo(Map.of(now, 2L));
        }

        @Test
        void tellsWhenTheNextFileIsDue() {
            submit("ann", 2, 5);
            db.jdbc
                    .sql("update file_task set next_attempt_at = now() + interval '1 minute'")
                    .update();

            Duration wait =
                    Objects.requireNonNull(db.feeder.take(node, 8).next().delay());

            assertThat(wait).isBetween(Duration.ofSeconds(40), Duration.ofSeconds(60));
        }

        @Test
        void hasNothingToWaitForWhereNothingWaits() {
            submit("ann", 2, 5);

            assertThat(db.feeder.take(node, 8).next()).isEqualTo(Feeder.Next.WHEN_WOKEN);
            assertThat(db.feeder.take(node, 8).next()).isEqualTo(Feeder.Next.WHEN_WOKEN);
        }
    }

    @Nested
    class Limits {
        private void limit(LimitScope scope, String name, Integer maxRunning, Double rate) {
            db.limits.put(scope, name, new QueueLimit.Values(maxRunning, rate, null, null, null));
        }

        @Test
        void aUserRunsNoMoreThanAllowedAndOthersRunTheRest() {
            UUID task = submit("ann", 100, 9);
            UUID other = submit("bob", 100, 5);
            limit(LimitScope.USER, "ann", 3, null);

            List<ClaimedFile> running = take(10);

            assertThat(running)
                    .filteredOn(file -> file.uploadTaskId().equals(task))
                    .hasSize(3);
            assertThat(running)
                    .filteredOn(file -> file.uploadTaskId().equals(other))
                    .hasSize(7);
            assertThat(takeByTask(10)).isEqualTo(Map.of(other, 10L));
            finish(running.subList(0, 2));
            assertThat(takeByTask(10).get(task)).isEqualTo(2);
        }

        @Test
        void oldTasksOfAProcessorThatIsAtItsLimitDoNotHideThoseOfAnother() {
            submitMany("ann", "noop", 30, 1);
            submitMany("ann", "other", 3, 1);
            limit(LimitScope.PROCESSOR, "noop", 1, null);

            assertThat(take(4).stream().collect(Collectors.groupingBy(ClaimedFile::processor, Collectors.counting())))
                    .isEqualTo(Map.of("noop", 1L, "other", 3L));
        }

        @Test
        void asksForAWakeUpAtTheNextEndWhenALimitIsReached() {
            submit("ann", 100, 5);
            limit(LimitScope.USER, QueueLimit.EACH, 3, null);

            Feeder.Taken taken = db.feeder.take(node, 10);

            assertThat(taken.files()).hasSize(3);
            assertThat(taken.next().atEnd()).isTrue();
        }

        @Test
        void aLimitOfItsOwnTakesThePlaceOfThatOfEach() {
            UUID first = submit("ann", 100, 5);
            UUID second = submit("bob", 100, 5);
            limit(LimitScope.USER, QueueLimit.EACH, 2, null);
            limit(LimitScope.USER, "bob", 4, null);

            assertThat(takeByTask(50)).isEqualTo(Map.of(first, 2L, second, 4L));
        }

        @Test
        void aPauseOrARateLeavesTheLimitOfEachInForce() {
            UUID task = submit("ann", 100, 5);
            limit(LimitScope.USER, QueueLimit.EACH, 2, null);
            db.limits.pause(LimitScope.USER, "ann");
            db.limits.resume(LimitScope.USER, "ann");

            assertThat(takeByTask(50)).isEqualTo(Map.of(task, 2L));
        }

        @Test
        void theFilesOfAProcessorAreLimitedOverAllUsers() {
            submit("ann", 100, 5);
            submit("bob", 100, 5);
            limit(LimitScope.PROCESSOR, "noop", 5, null);

            assertThat(take(50)).hasSize(5);
            assertThat(take(50)).isEmpty();
        }

        @Test
        void theWindowOfASubmissionKeepsToTheLimits() {
            limit(LimitScope.USER, "ann", 3, null);

            db.submit("ann", 100);

            assertThat(inWindow()).isEqualTo(3);
            assertThat(take(10)).isEmpty();
        }

        @Test
        void deletingALimitEndsIt() {
            submit("ann", 100, 5);
            limit(LimitScope.USER, "ann", 3, null);

            assertThat(db.limits.delete(LimitScope.USER, "ann")).isTrue();
            assertThat(db.limits.delete(LimitScope.USER, "ann")).isFalse();

            assertThat(take(50)).hasSize(50);
        }

        /** Ten seconds in steps of 50 ms, for which the buckets are made older. */
        private int takeForTenSeconds(List<TakingNode> nodes) {
            int files = 0;
            for (int step = 0; step < 200; step++) {
                for (TakingNode one : nodes) {
                    files += db.feeder.take(one, 100).files().size();
                }
                db.jdbc
                        .sql("update queue_bucket set refilled_at = refilled_at - interval '50 milliseconds'")
                        .update();
            }
            return files;
        }

        @Test
        void keepsTheRateOfAUserOverThreeNodes() {
            submit("ann", 3000, 5);
            limit(LimitScope.USER, "ann", null, 40.0);
            var nodes = List.of(node, new TakingNode(db.node(), "second"), new TakingNode(db.node(), "third"));
            long began = System.nanoTime();

            int files = takeForTenSeconds(nodes);

            double real = (System.nanoTime() - began) / 1e9; // the buckets are filled meanwhile too
            double expected = 40 * (10 + real) + 10;
            assertThat((double) files).isBetween(0.95 * 40 * 10, expected);
        }

        @Test
        void tellsWhenTheRateAllowsTheNextFile() {
            submit("ann", 100, 5);
            limit(LimitScope.PROCESSOR, "noop", null, 0.5);

            Feeder.Taken taken = db.feeder.take(node, 10);

            assertThat(taken.files()).hasSize(1);
            assertThat(Objects.requireNonNull(taken.next().delay()))
                    .isBetween(Duration.ofMillis(1000), Duration.ofMillis(2000));
            assertThat(taken.next().atEnd()).isFalse();
        }

        @Test
        void permitsOfASinkArePromisedInAdvance() {
            var permits = new SinkPermits(db.jdbc);
            assertThat(permits.reserve("embedding", 100)).as("not limited").isZero();
            limit(LimitScope.SINK, "embedding", null, 0.1);

            assertThat(permits.reserve("embedding", 1)).as("the burst").isZero();
            assertThat(permits.reserve("embedding", 1)).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(10));
            assertThat(permits.reserve("embedding", 2)).isBetween(Duration.ofSeconds(29), Duration.ofSeconds(30));
            assertThat(permits.reserve("another", 1000)).isZero();
        }

        @Test
        void eachSinkHasTheRateOfEachIfItHasNoneOfItsOwn() throws InterruptedException {
            var permits = new SinkPermits(db.jdbc);
            limit(LimitScope.SINK, QueueLimit.EACH, null, 1000.0);
            limit(LimitScope.SINK, "slow", null, 0.001);
            permits.await("slow", 1);

            permits.await("fast", 260);

            assertThat(permits.reserve("fast", 250)).isLessThanOrEqualTo(Duration.ofMillis(260));
            assertThat(permits.reserve("slow", 1)).isGreaterThan(Duration.ofMinutes(10));
        }

        @Test
        void forgetsWhatNobodyUses() {
            submit("ann", 10, 5);
            limit(LimitScope.USER, "ann", null, 5.0);
            take(1);
            db.jdbc
                    .sql("update queue_bucket set refilled_at = now() - interval '2 days'")
                    .update();
            db.jdbc
                    .sql("update user_share set counted_at = now() - interval '2 days'")
                    .update();

            assertThat(db.limits.forgetUnusedFor(Duration.ofDays(1))).isEqualTo(2);
            assertThat(db.limits.forgetUnusedFor(Duration.ofDays(1))).isZero();
        }
    }

    @Nested
    class NotBefore {
        private UUID submitFor(Instant notBefore) {
            var task = new NewUploadTask(
                    UUID.randomUUID(),
                    "ann",
                    "noop",
                    JsonNodeFactory.instance.objectNode(),
                    5,
                    TaskLimits.OF_THE_NODE,
                    notBefore);
            var items = IntStream.range(0, 5).mapToObj(i -> NewFileTask.notStored("file " + i, "file " + i));
            return db.submission
                    .submit(task, items.iterator(), null)
                    .orElseThrow()
                    .id();
        }

        private Instant now() {
            return db.jdbc
                    .sql("select now()")
                    .query((row, number) -> row.getTimestamp(1).toInstant())
                    .single();
        }

        @Test
        void noFileStartsBeforeTheTimeOfItsTask() {
            UUID task = submitFor(now().plusSeconds(60));

            Feeder.Taken taken = db.feeder.take(node, 10);

            assertThat(taken.files()).isEmpty();
            assertThat(inWindow()).isZero();
            assertThat(Objects.requireNonNull(taken.next().delay()))
                    .isBetween(Duration.ofSeconds(40), Duration.ofSeconds(60));
            db.jdbc.sql("update upload_task set not_before = now()").update();
            assertThat(takeByTask(10)).isEqualTo(Map.of(task, 5L));
        }

        @Test
        void aLaterTimeTakesBackWhatWaitsOnItsWayToANode() {
            UUID task = db.submit("ann", 5);
            assertThat(inWindow()).isEqualTo(5);

            assertThat(db.control.change("ann", task, null, now().plusSeconds(60)))
                    .isEqualTo(TaskControl.Result.DONE);

            assertThat(inWindow() + enqueuedJobs()).isZero();
            assertThat(take(10)).isEmpty();
            db.control.change("ann", task, null, now());
            assertThat(take(10)).hasSize(5);
        }
    }

    @Nested
    class Pauses {
        @Test
        void nothingOfAPausedTaskStarts() {
            UUID task = db.submit("ann", 5);
            UUID other = db.submit("ann", 5);
            long dispatched = db.fileIds(task).get(0);
            int attempt = db.attempt(dispatched);

            assertThat(db.control.pause("ann", task)).isEqualTo(TaskControl.Result.DONE);
            assertThat(db.control.pause("ann", task)).isEqualTo(TaskControl.Result.DONE);

            assertThat(db.fileTasks.claim(dispatched, attempt, node.id()))
                    .as("a job that a node had fetched before")
                    .isEmpty();
            emptyTheWindow();
            assertThat(takeByTask(10)).isEqualTo(Map.of(other, 5L));
            assertThat(db.task(task).pausedBy()).isEqualTo("task");
            assertThat(db.task(other).pausedBy()).isNull();
            db.control.resume("ann", task);
            assertThat(takeByTask(10)).isEqualTo(Map.of(task, 5L));
            assertThat(db.task(task).pausedBy()).isNull();
        }

        @Test
        void whatRunsOfAPausedTaskEnds() {
            UUID task = submit("ann", 5, 5);
            List<ClaimedFile> running = take(2);

            db.control.pause("ann", task);
            finish(running);

            assertThat(db.task(task).successfulFiles()).isEqualTo(2);
            assertThat(take(10)).isEmpty();
            db.control.resume("ann", task);
            finish(take(10));
            assertThat(db.task(task).outcome()).isEqualTo("success");
        }

        @Test
        void aPauseOfAUserHoldsAllTasksOfTheUser() {
            UUID task = db.submit("ann", 5);
            UUID other = db.submit("bob", 3);

            db.limits.pause(LimitScope.USER, "ann");

            assertThat(inWindow()).isEqualTo(enqueuedJobs()).isEqualTo(3);
            emptyTheWindow();
            UUID later = db.submit("ann", 5);
            emptyTheWindow();
            assertThat(takeByTask(20)).isEqualTo(Map.of(other, 3L));
            assertThat(db.task(task).pausedBy()).isEqualTo("user");
            db.limits.resume(LimitScope.USER, "ann");
            assertThat(takeByTask(20)).isEqualTo(Map.of(task, 5L, later, 5L));
        }

        @Test
        void aPauseOfAProcessorHoldsItsTasks() {
            UUID task = submit("ann", 5, 5);

            db.limits.pause(LimitScope.PROCESSOR, "noop");

            assertThat(take(10)).isEmpty();
            assertThat(db.task(task).pausedBy()).isEqualTo("processor");
        }

        @Test
        void aPauseOfTheClusterHoldsEverythingAndIsCounted() {
            UUID task = db.submit("ann", 20);
            var figures = new QueueStatisticsRepository(db.jdbc);
            assertThat(figures.read().ready()).isEqualTo(20);

            db.limits.pause(LimitScope.CLUSTER, QueueLimit.EACH);

            assertThat(inWindow() + enqueuedJobs()).isZero();
            assertThat(take(10)).isEmpty();
            assertThat(db.feeder.feed()).isZero();
            assertThat(figures.read().ready()).isZero();
            assertThat(figures.read().paused()).isEqualTo(20);
            assertThat(figures.read().oldestReadyAt()).isNull();
            assertThat(db.task(task).pausedBy()).isEqualTo("cluster");
            db.limits.resume(LimitScope.CLUSTER, QueueLimit.EACH);
            assertThat(take(30)).hasSize(20);
            assertThat(figures.read().paused()).isZero();
        }

        @Test
        void figuresCountTasksThatMayNotStartYetAsLater() {
            UUID task = submit("ann", 20, 5);
            take(3);
            db.jdbc
                    .sql("update upload_task set not_before = now() + interval '1 hour'")
                    .update();

            var figures = new QueueStatisticsRepository(db.jdbc).read();

            assertThat(figures.pendingLater()).isEqualTo(17);
            assertThat(figures.running()).isEqualTo(3);
            assertThat(figures.ready()).isZero();
            db.control.pause("ann", task);
            assertThat(new QueueStatisticsRepository(db.jdbc).read().paused()).isEqualTo(17);
        }

        @Test
        void namesFilesThatANodeHoldsForASlotThoughTheyArePaused() {
            submit("ann", 5, 5);
            UUID other = submit("bob", 5, 5);
            List<ClaimedFile> held = take(6);

            db.control.pause("bob", other);

            assertThat(db.fileTasks.heldBack(held.stream().map(ClaimedFile::id).collect(Collectors.toSet())))
                    .containsExactlyInAnyOrderElementsOf(held.stream()
                            .filter(file -> file.uploadTaskId().equals(other))
                            .map(ClaimedFile::id)
                            .toList());
        }

        @Test
        void aTaskThatHasEndedOrIsAnotherUsersCannotBeChanged() {
            UUID task = submit("ann", 1, 5);
            finish(take(1));

            assertThat(db.control.pause("ann", task)).isEqualTo(TaskControl.Result.FINISHED);
            assertThat(db.control.resume("ann", task)).isEqualTo(TaskControl.Result.FINISHED);
            assertThat(db.control.change("bob", task, 1, null)).isEqualTo(TaskControl.Result.NOT_FOUND);
        }
    }
}
