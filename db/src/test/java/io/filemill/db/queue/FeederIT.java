package io.filemill.db.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.util.List;
import java.util.UUID;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.storage.StorageProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

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

        assertThat(dispatchedInOrder()).hasSize(4 * 20 * 4);
    }

    @Test
    void takesTurnsBetweenUsers() {
        UUID million = db.submit("ann", 1000);
        db.jdbc.sql("update file_task set dispatched_at = null, attempt = 0").update();
        db.jdbc.sql("delete from jobrunr_jobs").update();
        UUID ten = db.submit("bob", 10);

        db.feeder.feed();

        assertThat(dispatchedOf(ten)).isEqualTo(10);
        assertThat(dispatchedOf(million)).isEqualTo(54);
    }

    @Test
    void takesTurnsBetweenTheTasksOfAUser() {
        UUID large = db.submit("ann", 1000);
        db.jdbc.sql("update file_task set dispatched_at = null, attempt = 0").update();
        db.jdbc.sql("delete from jobrunr_jobs").update();
        UUID small = db.submit("ann", 10);

        assertThat(dispatchedOf(small)).isEqualTo(10);
        assertThat(dispatchedOf(large)).isEqualTo(54);
    }

    @Test
    void prefersAHigherPriority() {
        db.submit("ann", 1000, 0);
        db.jdbc.sql("update file_task set dispatched_at = null, attempt = 0").update();
        db.jdbc.sql("delete from jobrunr_jobs").update();

        UUID urgent = db.submit("ann", 64, 9);

        assertThat(dispatchedOf(urgent)).isEqualTo(64);
    }

    @Test
    void letsOneProcessFeedAtATime() {
        db.submit("ann", 1000);
        db.jdbc.sql("update file_task set dispatched_at = null").update();
        db.jdbc.sql("delete from jobrunr_jobs").update();

        db.transaction.executeWithoutResult(status -> {
            assertThat(db.feeder.feed()).isEqualTo(64);
            int other = java.util.concurrent.CompletableFuture.supplyAsync(() -> db.feeder.feed())
                    .join();
            assertThat(other).isZero();
        });
    }

    @Test
    void touchesNoMoreThanItDispatchesThoughThePlannerHasNotSeenTheTask() {
        db.transaction.executeWithoutResult(status -> {
            db.submit("ann", 20_000); // feeds

            assertThat(db.jdbc.sql("""
                            select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
                            from pg_stat_xact_user_tables where relname = 'file_task'
                            """).query(Long.class).single())
                    .as("rows read")
                    .isBetween(64L, 10_000L);
        });
    }
}
