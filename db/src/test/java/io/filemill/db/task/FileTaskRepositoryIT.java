package io.filemill.db.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.failure.Component;
import io.filemill.db.failure.Failure;
import io.filemill.db.failure.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.dao.DataIntegrityViolationException;
import tools.jackson.databind.node.JsonNodeFactory;

@ExtendWith(PostgresExtension.class)
class FileTaskRepositoryIT {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final TestDatabase db;
    private final UUID node;

    FileTaskRepositoryIT(TestDatabase db) {
        this.db = db;
        this.node = db.node();
    }

    private ClaimedFile claim(long id) {
        return claim(id, node);
    }

    private ClaimedFile claim(long id, UUID nodeId) {
        return db.fileTasks.claim(id, db.attempt(id), nodeId).orElseThrow();
    }

    private static FinishedFile completed(ClaimedFile file) {
        return FinishedFile.with(file.id(), file.attempt(), TaskStatus.COMPLETED, JSON.objectNode());
    }

    @Nested
    class Claim {
        @Test
        void takesADispatchedFileOnce() {
            long id = db.fileIds(db.submit("ann", 1)).get(0);

            assertThat(db.fileTasks.claim(id, 1, node)).isPresent();
            assertThat(db.fileTasks.claim(id, 1, node)).isEmpty();
        }

        @Test
        void givesAFileToOneOfManyNodes() throws Exception {
            long id = db.fileIds(db.submit("ann", 1)).get(0);

            List<Boolean> won =
                    race(8, () -> db.fileTasks.claim(id, 1, db.node()).isPresent());

            assertThat(won).containsOnlyOnce(true);
            db.jdbc.sql("truncate file_task, upload_task cascade").update();
        }

        @Test
        void skipsAFileThatWasDispatchedAgain() {
            long id = db.fileIds(db.submit("ann", 1)).get(0);
            db.jdbc.sql("update file_task set attempt = attempt + 1").update();

            assertThat(db.fileTasks.claim(id, 1, node)).isEmpty();
        }

        @Test
        void givesNothingToANodeWhoseLeaseHasRunOut() {
            long id = db.fileIds(db.submit("ann", 1)).get(0);
            db.expire(node);

            assertThat(db.fileTasks.claim(id, 1, node)).isEmpty();
        }

        @Test
        void skipsAFileOfACancelledTask() {
            UUID task = db.submit("ann", 1);
            db.uploadTasks.cancel("ann", task);

            assertThat(db.fileTasks.claim(db.fileIds(task).get(0), 1, node)).isEmpty();
        }
    }

    @Nested
    class Finish {
        @Test
        void countsEachFileOnce() {
            UUID task = db.submit("ann", 2);
            ClaimedFile file = claim(db.fileIds(task).get(0));

            assertThat(db.fileTasks.finish(List.of(completed(file)))).isEqualTo(1);
            assertThat(db.fileTasks.finish(List.of(completed(file)))).isZero();

            assertThat(db.task(task).processedFiles()).isEqualTo(1);
        }

        @Test
        void changesNothingForANodeThatWasPresumedDead() {
            UUID task = db.submit("ann", 1);
            ClaimedFile first = claim(db.fileIds(task).get(0));
            db.expire(node);
            db.fileTasks.rescueFromDeadNodes();

            assertThat(db.fileTasks.finish(List.of(completed(first)))).isZero();
            db.feeder.feed();
            UUID other = db.node();
            ClaimedFile second =
                    db.fileTasks.claim(first.id(), first.attempt() + 1, other).orElseThrow();
            assertThat(db.fileTasks.finish(List.of(completed(first)))).isZero();
            assertThat(db.fileTasks.finish(List.of(completed(second)))).isEqualTo(1);
        }

        @Test
        void endsTheTaskWithTheLastFile() {
            UUID task = db.submit("ann", 3);
            List<Long> files = db.fileIds(task);

            db.fileTasks.finish(List.of(completed(claim(files.get(0)))));
            ClaimedFile failing = claim(files.get(1));
            db.fileTasks.finish(List.of(FinishedFile.failed(failing.id(), 1, TestDatabase.corrupt())));
            assertThat(db.task(task).status()).isEqualTo(TaskStatus.RUNNING);
            ClaimedFile skipped = claim(files.get(2));
            db.fileTasks.finish(List.of(FinishedFile.with(skipped.id(), 1, TaskStatus.SKIPPED, JSON.objectNode())));

            UploadTask done = db.task(task);
            assertThat(done.status()).isEqualTo(TaskStatus.COMPLETED);
            assertThat(done.outcome()).isEqualTo("partial");
            assertThat(List.of(done.processedFiles(), done.successfulFiles(), done.failedFiles(), done.skippedFiles()))
                    .containsExactly(3, 1, 1, 1);
            assertThat(done.finishedAt()).isNotNull();
        }

        @Test
        void tellsTheOutcomeOfATaskWhoseFilesAllFailed() {
            UUID task = db.submit("ann", 1);
            ClaimedFile file = claim(db.fileIds(task).get(0));

            db.fileTasks.finish(List.of(FinishedFile.failed(file.id(), 1, TestDatabase.corrupt())));

            assertThat(db.task(task).status()).isEqualTo(TaskStatus.COMPLETED);
            assertThat(db.task(task).outcome()).isEqualTo("failed");
        }

        @Test
        void countsExactlyWhenManyNodesFinishTheSameFilesOfManyTasks() throws Exception {
            db.manyNodes();
            List<UUID> tasks = List.of(db.submit("ann", 20), db.submit("bob", 20));
            List<FinishedFile> ends = new ArrayList<>();
            for (UUID task : tasks) {
                db.fileIds(task).forEach(id -> ends.add(completed(claim(id))));
            }

            List<Integer> moved = race(8, () -> {
                int sum = 0;
                List<FinishedFile> shuffled = new ArrayList<>(ends);
                java.util.Collections.shuffle(shuffled);
                for (int i = 0; i < shuffled.size(); i += 7) {
                    sum += db.fileTasks.finish(shuffled.subList(i, Math.min(i + 7, shuffled.size())));
                }
                return sum;
            });

            assertThat(moved.stream().mapToInt(Integer::intValue).sum()).isEqualTo(40);
            assertThat(tasks)
                    .allSatisfy(task -> assertThat(db.task(task).outcome()).isEqualTo("success"));
        }

        @Test
        void racesWithACancelWithoutDeadlockAndWithoutLosingACount() throws Exception {
            db.manyNodes();
            for (int round = 0; round < 20; round++) {
                UUID task = db.submit("ann", 10);
                List<FinishedFile> ends = db.fileIds(task).stream()
                        .map(id -> completed(claim(id)))
                        .toList();

                race(2, new Callable<Object>() {
                    private final java.util.concurrent.atomic.AtomicInteger turn =
                            new java.util.concurrent.atomic.AtomicInteger();

                    @Override
                    public Object call() {
                        return turn.getAndIncrement() == 0
                                ? db.uploadTasks.cancel("ann", task)
                                : db.fileTasks.finish(ends);
                    }
                });

                assertThat(db.task(task).processedFiles()).isEqualTo(10);
                assertThat(db.wrongCounters()).isEmpty();
            }
        }
    }

    @Nested
    class Retry {
        @Test
        void waitsUntilTheDelayIsOver() {
            ClaimedFile file = claim(db.fileIds(db.submit("ann", 1)).get(0));

            assertThat(db.fileTasks.retry(file.id(), file.attempt(), Duration.ofHours(1), TestDatabase.unavailable()))
                    .isTrue();

            assertThat(db.feeder.feed()).isZero();
            db.jdbc.sql("update file_task set next_attempt_at = now()").update();
            assertThat(db.feeder.feed()).isEqualTo(1);
            assertThat(claim(file.id()).failureCount()).isEqualTo(1);
        }
    }

    @Nested
    class Release {
        @Test
        void costsTheFileNothing() {
            ClaimedFile file = claim(db.fileIds(db.submit("ann", 1)).get(0));

            assertThat(db.fileTasks.release(file.id(), file.attempt())).isTrue();
            assertThat(db.fileTasks.release(file.id(), file.attempt())).isFalse();

            assertThat(db.feeder.feed()).isEqualTo(1);
            ClaimedFile again = claim(file.id());
            assertThat(List.of(again.failureCount(), again.crashCount())).containsExactly(0, 0);
        }
    }

    @Nested
    class FinishWithAResult {
        @Test
        void keepsWhatWasWrittenWithTheEnd() {
            ClaimedFile file = claim(db.fileIds(db.submit("ann", 1)).get(0));

            Optional<FinishedFile> ended = db.fileTasks.finish(() -> {
                db.jdbc.sql("create table written (id int)").update();
                return completed(file);
            });

            assertThat(ended).contains(completed(file));
            db.jdbc.sql("drop table written").update();
        }

        @Test
        void leavesNothingOfAFileThatWasCancelledMeanwhile() {
            UUID task = db.submit("ann", 1);
            ClaimedFile file = claim(db.fileIds(task).get(0));
            db.uploadTasks.cancel("ann", task);

            Optional<FinishedFile> ended = db.fileTasks.finish(() -> {
                db.jdbc.sql("create table written (id int)").update();
                return completed(file);
            });

            assertThat(ended).isEmpty();
            assertThat(db.jdbc
                            .sql("select count(*) from pg_tables where tablename = 'written'")
                            .query(Integer.class)
                            .single())
                    .isZero();
        }
    }

    @Nested
    class History {
        @Test
        void remembersAFailedAttemptAndDoesNotCountAPostponedOne() {
            long id = db.fileIds(db.submit("ann", 1)).get(0);
            ClaimedFile first = claim(id);
            db.fileTasks.retry(id, first.attempt(), Duration.ZERO, TestDatabase.unavailable());
            db.feeder.feed();
            ClaimedFile second = claim(id);
            assertThat(second.failureCount()).isEqualTo(1);
            db.fileTasks.postpone(id, second.attempt(), Duration.ofHours(1), TestDatabase.unavailable());

            FileTask file = db.fileTasks.find("ann", id).orElseThrow();

            assertThat(List.of(file.failureCount(), file.retryCount())).containsExactly(1, 1);
            assertThat(file.failure()).isEqualTo(TestDatabase.unavailable());
            assertThat(db.fileTasks.attempts(id))
                    .extracting(FileAttempt::attempt, FileAttempt::ended, FileAttempt::failure)
                    .containsExactly(
                            tuple(1, "failed", TestDatabase.unavailable()),
                            tuple(2, "postponed", TestDatabase.unavailable()));
            assertThat(db.feeder.feed()).as("due in an hour").isZero();
        }

        @Test
        void showsNoFileOfAnotherUser() {
            long id = db.fileIds(db.submit("ann", 1)).get(0);

            assertThat(db.fileTasks.find("bob", id)).isEmpty();
        }
    }

    @Nested
    class FailedBefore {
        private static final String SHA = "a".repeat(64);

        @Test
        void remembersContentThatFailedForGoodUntilItSucceeds() {
            UUID task = db.submit("ann", 3);
            List<Long> files = db.fileIds(task);

            fail(claim(files.get(0)), TestDatabase.unavailable());
            assertThat(db.fileTasks.failedContent("ann", "noop", SHA)).isEmpty();

            fail(claim(files.get(1)), TestDatabase.corrupt());
            assertThat(db.fileTasks.failedContent("ann", "noop", SHA))
                    .contains(new FailedContent(files.get(1), "file 2", "CORRUPT", "The file is damaged."));
            assertThat(db.fileTasks.failedContent("bob", "noop", SHA)).isEmpty();
            assertThat(db.fileTasks.find("ann", files.get(1)).orElseThrow().sha256())
                    .isEqualTo(SHA);

            db.fileTasks.finish(List.of(completed(claim(files.get(2))).withSha256(SHA)));
            assertThat(db.fileTasks.failedContent("ann", "noop", SHA)).isEmpty();
        }

        private void fail(ClaimedFile file, Failure failure) {
            db.fileTasks.finish(List.of(
                    FinishedFile.failed(file.id(), file.attempt(), failure).withSha256(SHA)));
        }
    }

    @Nested
    class Quarantine {
        @Test
        void listsTheUsersFilesThatTookAProcessDown() {
            UUID task = db.submit("ann", 2);
            List<Long> files = db.fileIds(task);
            Failure crash = Failure.ofFile("PARSER_CRASHED", Phase.PARSING, "The file makes its reader crash.");
            db.fileTasks.finish(List.of(
                    FinishedFile.failed(claim(files.get(0)).id(), 1, crash),
                    FinishedFile.failed(claim(files.get(1)).id(), 1, TestDatabase.corrupt())));

            assertThat(db.fileTasks.listQuarantined("ann", 0, 10))
                    .extracting(FileTask::id)
                    .containsExactly(files.get(0));
            assertThat(db.fileTasks.listQuarantined("ann", files.get(0), 10)).isEmpty();
            assertThat(db.fileTasks.listQuarantined("bob", 0, 10)).isEmpty();
        }
    }

    @Nested
    class Rescue {
        private int jobs() {
            return db.jdbc
                    .sql("select count(*) from jobrunr_jobs")
                    .query(Integer.class)
                    .single();
        }

        @Test
        void countsTheCrashOfADeadNode() {
            ClaimedFile file = claim(db.fileIds(db.submit("ann", 1)).get(0));
            assertThat(db.fileTasks.rescueFromDeadNodes()).isZero();
            db.expire(node);

            assertThat(db.fileTasks.rescueFromDeadNodes()).isEqualTo(1);

            assertThat(jobs()).as("a job that would fail without its file").isZero();
            db.feeder.feed();
            assertThat(claim(file.id(), db.node()).crashCount()).isEqualTo(1);
            assertThat(db.fileTasks.attempts(file.id())).singleElement().satisfies(attempt -> {
                assertThat(attempt.ended()).isEqualTo("crashed");
                assertThat(attempt.node()).isEqualTo("node-" + node);
                assertThat(attempt.failure()).isNull();
            });
        }

        @Test
        void keepsTheFilesPlaceInTheQueue() {
            UUID task = db.submit("ann", 500);
            List<Long> files = db.fileIds(task);
            claim(files.get(0));
            ClaimedFile released = claim(files.get(1));
            db.expire(node);

            db.fileTasks.rescueFromDeadNodes();
            db.fileTasks.release(released.id(), released.attempt());
            db.feeder.feed();

            assertThat(List.of(db.attempt(files.get(0)), db.attempt(files.get(1))))
                    .as("both were dispatched again before the hundreds behind them")
                    .containsExactly(2, 2);
        }

        @Test
        void dispatchesAgainWhenTheJobIsGone() {
            UUID task = db.submit("ann", 2);
            assertThat(db.fileTasks.rescueLostDispatches()).isZero();
            db.jdbc
                    .sql("update jobrunr_jobs set state = 'FAILED' where id = (select min(id) from jobrunr_jobs)")
                    .update();
            db.jdbc.sql("delete from jobrunr_jobs where state = 'ENQUEUED'").update();

            assertThat(db.fileTasks.rescueLostDispatches()).isEqualTo(2);

            assertThat(jobs()).isZero();
            assertThat(db.feeder.feed()).isEqualTo(2);
            assertThat(db.fileIds(task))
                    .allSatisfy(id -> assertThat(db.attempt(id)).isEqualTo(2));
        }

        @Test
        void dispatchesAgainWhenTheNodeThatFetchedTheJobIsDead() {
            db.submit("ann", 1);
            db.jdbc
                    .sql(
                            "update jobrunr_jobs set state = 'PROCESSING', jobasjson = '{\"serverId\":\"' || :node || '\"}'")
                    .param("node", node.toString())
                    .update();
            assertThat(db.fileTasks.rescueLostDispatches()).isZero();
            db.expire(node);

            assertThat(db.fileTasks.rescueLostDispatches()).isEqualTo(1);
        }
    }

    @Nested
    class Reconcile {
        @Test
        void tellsTheNodeWhichFilesItHasLost() {
            UUID kept = db.submit("ann", 1);
            UUID cancelled = db.submit("ann", 1);
            ClaimedFile first = claim(db.fileIds(kept).get(0));
            ClaimedFile second = claim(db.fileIds(cancelled).get(0));
            db.uploadTasks.cancel("ann", cancelled);

            List<Long> lost =
                    db.fileTasks.reconcile(node, Map.of(first.id(), first.attempt(), second.id(), second.attempt()));

            assertThat(lost).containsExactly(second.id());
        }

        @Test
        void takesBackFilesThatTheNodeDoesNotRunAnyMore() {
            ClaimedFile file = claim(db.fileIds(db.submit("ann", 1)).get(0));
            db.fileTasks.reconcile(node, Map.of());
            assertThat(db.fileTasks.list(file.uploadTaskId(), TaskStatus.RUNNING, null, 0, 10))
                    .hasSize(1);
            db.jdbc
                    .sql("update file_task set started_at = now() - interval '1 minute'")
                    .update();

            db.fileTasks.reconcile(node, Map.of());

            assertThat(db.fileTasks.list(file.uploadTaskId(), TaskStatus.PENDING, null, 0, 10))
                    .hasSize(1);
        }
    }

    @Nested
    class Schema {
        @Test
        void refusesCountersThatDoNotAddUp() {
            UUID task = db.submit("ann", 1);

            assertThatThrownBy(() -> db.jdbc
                            .sql("update upload_task set processed_files = 1 where id = :id")
                            .param("id", task)
                            .update())
                    .isInstanceOf(DataIntegrityViolationException.class)
                    .hasMessageContaining("every_file_counted_once");
        }

        @Test
        void refusesAFailureWithoutAReason() {
            db.submit("ann", 1);

            assertThatThrownBy(() -> db.jdbc
                            .sql("update file_task set status = 'failed', finished_at = now()")
                            .update())
                    .isInstanceOf(DataIntegrityViolationException.class)
                    .hasMessageContaining("failed_with_a_reason");
        }
    }

    /** Runs the same call on several threads that start together. */
    private static <T> List<T> race(int threads, Callable<T> call) throws Exception {
        var barrier = new CyclicBarrier(threads);
        var pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                futures.add(pool.submit(() -> {
                    barrier.await();
                    return call.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    @Nested
    class Failures {
        @Test
        void areGroupedByCauseWithTheMostFrequentFirst() {
            UUID task = db.submit("ann", 4);
            List<Long> files = db.fileIds(task);
            end(files.get(0), TestDatabase.unavailable());
            end(files.get(1), TestDatabase.corrupt());
            end(files.get(2), TestDatabase.corrupt());
            db.fileTasks.finish(List.of(completed(claim(files.get(3)))));
            UUID other = db.submit("ann", 1);
            end(db.fileIds(other).get(0), TestDatabase.corrupt());

            assertThat(db.fileTasks.failures(task))
                    .extracting(
                            FailureGroup::files,
                            group -> group.example().code(),
                            group -> group.example().retryable())
                    .containsExactly(tuple(2L, "CORRUPT", false), tuple(1L, "UNAVAILABLE", true));
            assertThat(db.fileTasks.failures(task).get(1))
                    .isEqualTo(new FailureGroup(1, TestDatabase.unavailable(), files.get(0), "file 1"));
        }

        @Test
        void keepThosePartsApartThatFailedWithTheSameCode() {
            List<Long> files = db.fileIds(db.submit("ann", 2));
            UUID task = db.fileTasks.find("ann", files.get(0)).orElseThrow().uploadTaskId();
            end(files.get(0), Failure.passing("UNAVAILABLE", Component.FLOW, Phase.EMBEDDING, "Busy."));
            end(files.get(1), Failure.passing("UNAVAILABLE", Component.INDEX, Phase.INDEXING, "Away."));

            assertThat(db.fileTasks.failures(task))
                    .extracting(group -> group.example().component())
                    .containsExactly(Component.FLOW, Component.INDEX);
        }

        @Test
        void areNoneWhereFilesWaitForTheirNextAttempt() {
            UUID task = db.submit("ann", 1);
            ClaimedFile file = claim(db.fileIds(task).get(0));
            db.fileTasks.retry(file.id(), file.attempt(), Duration.ofMinutes(1), TestDatabase.unavailable());

            assertThat(db.fileTasks.failures(task)).isEmpty();
        }

        private void end(long id, Failure failure) {
            ClaimedFile file = claim(id);
            db.fileTasks.finish(List.of(FinishedFile.failed(file.id(), file.attempt(), failure)));
        }
    }
}
