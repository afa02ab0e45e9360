package io.filemill.db.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.states.ProcessingState;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.storage.StorageProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(PostgresExtension.class)
class FeederIT {
    private final TestDatabase db;

    FeederIT(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void startWithAnEmptyWindow() {
        db.empty();
    }

    private List<Long> dispatchedInOrder() {
        return db.jdbc
                .sql(
                        "select jobasjson::jsonb #>> '{jobDetails,jobParameters,0,object,fileTaskId}' as id from jobrunr_jobs order by updatedat, id")
                .query(Long.class)
                .list();
    }

    private long dispatchedOf(UUID task) {
        return db.jdbc
                .sql("select count(*) from file_task where upload_task_id = :id and dispatched_at is not null")
                .param("id", task)
                .query(Long.class)
                .single();
    }

    @Test
    void dispatchesASmallTaskInItsOwnSubmission() {
        UUID task = db.submit("ann", 3);

        assertThat(dispatchedInOrder()).containsExactlyInAnyOrderElementsOf(db.fileIds(task));
    }

    @Test
    void storesAJobThatJobRunrCanReadAndThatRunsItsFile() {
        UUID task = db.submit("ann", 1);
        long file = db.fileIds(task).get(0);

        StorageProvider jobs = JobRunrStorage.open(db.dataSource);
        Job job = jobs.getJobById(new FileTaskJob(file, 1).jobId());

        assertThat(job.getState()).isEqualTo(StateName.ENQUEUED);
        assertThat(job.getJobName()).isEqualTo("Ingest file 1");
        assertThat(job.getAmountOfRetries()).isEqualTo(0);
        assertThat(job.getJobDetails().getClassName()).isEqualTo("io.filemill.db.queue.FileTaskJobHandler");
        assertThat(job.getJobDetails().getJobParameterValues()).containsExactly(new FileTaskJob(file, 1));
    }

    @Test
    void readsAJobThatAnEarlierVersionStored() {
        UUID task = db.submit("ann", 1);
        long file = db.fileIds(task).get(0);
        db.jdbc.sql("""
                update jobrunr_jobs set jobasjson = replace(:json, '#id#', id)
                """).param("json", """
                        {"version":1,"jobSignature":"io.filemill.db.queue.FileTaskJobHandler.run(io.filemill.db.queue.FileTaskJob)",\
                        "jobName":"Ingest a.pdf","amountOfRetries":0,"labels":[],"jobDetails":{"className":"io.filemill.db.queue.FileTaskJobHandler",\
                        "staticFieldName":null,"methodName":"run","jobParameters":[{"className":"io.filemill.db.queue.FileTaskJob",\
                        "actualClassName":"io.filemill.db.queue.FileTaskJob","object":{"fileTaskId":42,"attempt":7}}],"cacheable":false},\
                        "id":"#id#","jobHistory":[{"@class":"org.jobrunr.jobs.states.EnqueuedState","state":"ENQUEUED",\
                        "createdAt":"2026-11-24T08:00:00Z"}],"metadata":{"@class":"java.util.concurrent.ConcurrentHashMap"}}""").update();

        Job job = JobRunrStorage.open(db.dataSource).getJobById(new FileTaskJob(file, 1).jobId());

        assertThat(job.getJobDetails().getJobParameterValues()).containsExactly(new FileTaskJob(42, 7));
    }

    @Test
    void leavesNeitherRowsNorJobsWhenTheSubmissionRollsBack() {
        db.transaction.executeWithoutResult(status -> {
            db.submit("ann", 100);
            assertThat(dispatchedInOrder()).isNotEmpty();
            status.setRollbackOnly();
        });

        assertThat(dispatchedInOrder()).isEmpty();
        assertThat(db.jdbc
                        .sql("select count(*) from file_task")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void keepsTheWindowBounded() {
        db.submit("ann", 1000);

        db.feeder.feed();
        db.feeder.feed();

        assertThat(dispatchedInOrder()).hasSize(64);
    }

    @Test
    void widensTheWindowWithTheSlotsOfTheCluster() {
        db.submit("ann", 1000);
        for (int i = 0; i < 20; i++) {
            db.node(); // of 4 slots
        }

        db.feeder.feed();

        assertThat(dispatchedInOrder()).hasSize(20 * 4);
    }

    @Test
    void storesJobsInTheOrderInWhichTheyAreToRun() {
        UUID low = db.submit("ann", 1000, 3);
        emptyTheWindow();

        db.node();
        UUID high = db.submit("ann", 4, 7);

        List<Long> first = new ArrayList<>(db.fileIds(high));
        first.addAll(db.fileIds(low).subList(0, 4));
        assertThat(dispatchedInOrder()).containsExactlyElementsOf(first);
    }

    private void emptyTheWindow() {
        db.jdbc.sql("delete from jobrunr_jobs").update();
        db.jdbc.sql("delete from user_share").update();
        db.jdbc
                .sql("update file_task set dispatched_at = null, attempt = 0 where status = 'pending'")
                .update();
    }

    @Test
    void letsOneProcessFeedAtATime() {
        db.submit("ann", 1000);
        emptyTheWindow();

        db.transaction.executeWithoutResult(status -> {
            assertThat(db.feeder.feed()).isEqualTo(64);
            int other = CompletableFuture.supplyAsync(() -> db.feeder.feed()).join();
            assertThat(other).isZero();
        });
    }

    @ParameterizedTest(name = "after it has seen {0} files")
    @ValueSource(ints = {1, 3, 3000})
    void touchesNoMoreThanItDispatchesThoughThePlannerHasNotSeenTheTask(int seen) {
        db.submit("bob", seen);
        db.jdbc.sql("vacuum analyze file_task").update();
        db.empty();

        db.transaction.executeWithoutResult(status -> {
            long before = db.filesRead(); // by this connection, and not reported yet
            db.submit("ann", 20_000); // feeds

            assertThat(db.filesRead() - before).isBetween(8L, 10_000L);
        });
    }

    @Nested
    class Taking {
        private TakingNode node() {
            return new TakingNode(db.node(), "a node");
        }

        private FileTask file(long id) {
            return db.fileTasks.find("ann", id).orElseThrow();
        }

        private Feeder.Taken take(TakingNode node, int room) {
            emptyTheWindow();
            return db.feeder.take(node, room);
        }

        @Test
        void givesFilesThatRunWithJobsThatTheirNodeProcesses() {
            UUID task = db.submit("ann", 3);
            TakingNode node = node();

            Feeder.Taken taken = take(node, 2);

            assertThat(taken.files())
                    .extracting(one -> one.file().id())
                    .containsExactly(db.fileIds(task).get(0), db.fileIds(task).get(1));
            assertThat(taken.enqueued()).isZero();
            StorageProvider jobs = JobRunrStorage.open(db.dataSource);
            assertThat(taken.files()).allSatisfy(one -> {
                FileTask file = file(one.file().id());
                assertThat(file.status()).isEqualTo(TaskStatus.RUNNING);
                assertThat(file.attempt()).isEqualTo(1).isEqualTo(one.file().attempt());
                assertThat(one.file().firstOfTask()).isTrue();
                assertThat(one.file().processor()).isEqualTo("noop");
                Job stored = jobs.getJobById(one.job().getId());
                assertThat(stored.getVersion()).isEqualTo(one.job().getVersion());
                assertThat(stored.<ProcessingState>getJobState().getServerId()).isEqualTo(node.id());
                assertThat(stored.getJobSignature()).isEqualTo(one.job().getJobSignature());
                assertThat(stored.getAmountOfRetries()).isZero();
            });
            assertThat(dispatchedInOrder()).hasSize(2);
        }

        @Test
        void givesEachFileOnce() {
            db.submit("ann", 5);
            TakingNode node = node();

            assertThat(take(node, 3).files()).hasSize(3);
            assertThat(db.feeder.take(node, 3).files()).hasSize(2);
            assertThat(db.feeder.take(node, 3).files()).isEmpty();
        }

        @Test
        void tellsHowLongAFileWasDueAndWhichTraceItBelongsTo() {
            UUID traced = db.submit("ann", 2);
            db.submit("bob", 1);
            db.jdbc
                    .sql("update upload_task set traceparent = :trace where id = :id")
                    .param("trace", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                    .param("id", traced)
                    .update();
            db.jdbc
                    .sql("update file_task set next_attempt_at = now() - interval '1 minute'")
                    .update();

            assertThat(take(node(), 3).files()).hasSize(3).allSatisfy(one -> {
                assertThat(one.file().secondsDue()).isBetween(60.0, 90.0);
                assertThat(one.file().traceparent() != null)
                        .isEqualTo(one.file().uploadTaskId().equals(traced));
            });
        }

        @Test
        void tracesAboutAThousandFilesOfALargeTask() {
            UUID task = db.submit("ann", 900);
            db.jdbc
                    .sql("update upload_task set traceparent = '00-1-2-01', total_files = 3000 where id = :id")
                    .param("id", task)
                    .update();

            assertThat(take(node(), 900).files())
                    .hasSize(900)
                    .filteredOn(one -> one.file().traceparent() != null)
                    .hasSize(300);

            db.jdbc
                    .sql("update upload_task set total_files = 900 where id = :id")
                    .param("id", task)
                    .update();
        }

        @Test
        void givesNothingToANodeWithoutALease() {
            db.submit("ann", 1);
            TakingNode node = node();
            db.expire(node.id());

            assertThat(take(node, 3).files()).isEmpty();
            assertThat(dispatchedInOrder()).isEmpty();
        }

        @Test
        void enqueuesAFileWhoseNodeDiedSoThatItIsClaimedWhenItStarts() {
            UUID task = db.submit("ann", 2);
            long crashed = db.fileIds(task).get(0);
            db.jdbc
                    .sql("update file_task set crash_count = 1 where id = :id")
                    .param("id", crashed)
                    .update();

            Feeder.Taken taken = take(node(), 5);

            assertThat(taken.files()).hasSize(1);
            assertThat(taken.enqueued()).isEqualTo(1);
            assertThat(file(crashed).status()).isEqualTo(TaskStatus.PENDING);
            assertThat(JobRunrStorage.open(db.dataSource)
                            .getJobById(new FileTaskJob(crashed, 1).jobId())
                            .getState())
                    .isEqualTo(StateName.ENQUEUED);
        }

        @Test
        void saysWhenAnotherProcessIsAtIt() {
            db.submit("ann", 100);
            TakingNode node = node();

            db.transaction.executeWithoutResult(status -> {
                assertThat(db.feeder.take(node, 1).next().busy()).isFalse();
                Feeder.Taken other = CompletableFuture.supplyAsync(() -> db.feeder.take(node, 1))
                        .join();
                assertThat(other.files()).isEmpty();
                assertThat(other.next().busy()).isTrue();
            });
        }

        @Test
        void givesNothingOfATaskThatWasCancelled() {
            UUID task = db.submit("ann", 100);
            emptyTheWindow();
            db.uploadTasks.cancel("ann", task);

            assertThat(db.feeder.take(node(), 5).files()).isEmpty();
        }
    }
}
