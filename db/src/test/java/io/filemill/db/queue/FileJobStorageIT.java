package io.filemill.db.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.UUID;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.states.ProcessingState;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.storage.ConcurrentJobModificationException;
import org.jobrunr.storage.Paging.AmountBasedList;
import org.jobrunr.storage.StorageProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pins what is used of JobRunr's storage beyond its documented interface, so that an upgrade shows what changed. */
@ExtendWith(PostgresExtension.class)
final class FileJobStorageIT {
    private final TestDatabase db;

    FileJobStorageIT(TestDatabase db) {
        this.db = db;
    }

    private List<Job> fetch(StorageProvider storage, UUID serverId) {
        var server = new BackgroundJobServer(
                storage,
                JobRunrStorage.jsonMapper(),
                null,
                BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                        .andId(serverId));
        return storage.getJobsToProcess(server, AmountBasedList.ascOnUpdatedAt(10));
    }

    private int jobs() {
        return db.jdbc
                .sql("select count(*) from jobrunr_jobs")
                .query(Integer.class)
                .single();
    }

    @Test
    void fetchesAsJobRunrItselfWould() {
        db.submit("ann", 3);
        UUID serverId = UUID.randomUUID();
        try (Flusher flusher = new Flusher(db.transaction, db.fileTasks, db.jdbc, 10, new SimpleMeterRegistry());
                StorageProvider storage = JobRunrStorage.open(db.dataSource, flusher)) {
            List<Job> jobs = fetch(storage, serverId);

            assertThat(jobs).hasSize(3).allSatisfy(job -> {
                Job stored = storage.getJobById(job.getId());
                assertThat(stored.getVersion()).isEqualTo(job.getVersion()).isEqualTo(2);
                assertThat(stored.hasState(StateName.PROCESSING)).isTrue();
                assertThat(stored.<ProcessingState>getJobState().getServerId()).isEqualTo(serverId);
                assertThat(stored.getJobDetails().getJobParameterValues()[0]).isInstanceOf(FileTaskJob.class);
            });
            assertThat(db.jdbc
                            .sql(
                                    "select count(*) from jobrunr_jobs where state = 'PROCESSING' and updatedat > (now() at time zone 'utc') - interval '1 minute'")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(3);
            assertThat(fetch(storage, serverId)).isEmpty();
        }
    }

    @Test
    void theHeartbeatOfAFetchedJobIsAnOrdinarySave() {
        db.submit("ann", 2);
        try (Flusher flusher = new Flusher(db.transaction, db.fileTasks, db.jdbc, 10, new SimpleMeterRegistry());
                StorageProvider storage = JobRunrStorage.open(db.dataSource, flusher)) {
            List<Job> jobs = fetch(storage, UUID.randomUUID());

            jobs.forEach(Job::updateProcessing);
            storage.save(jobs);

            assertThat(jobs)
                    .allSatisfy(
                            job -> assertThat(storage.getJobById(job.getId()).getVersion())
                                    .isEqualTo(3));
        }
    }

    @Test
    void deletesAJobThatSucceededAndForgivesItsLastHeartbeat() {
        db.submit("ann", 2);
        try (Flusher flusher = new Flusher(db.transaction, db.fileTasks, db.jdbc, 10, new SimpleMeterRegistry());
                StorageProvider storage = JobRunrStorage.open(db.dataSource, flusher)) {
            List<Job> jobs = fetch(storage, UUID.randomUUID());
            jobs.forEach(Job::updateProcessing);
            Job first = jobs.get(0);
            first.succeeded();
            storage.save(first);
            flusher.close();
            assertThat(jobs()).isEqualTo(1);

            assertThat(storage.save(jobs)).hasSize(2);

            assertThat(storage.getJobById(jobs.get(1).getId()).getVersion()).isEqualTo(3);
        }
    }

    @Test
    void doesNotForgiveAHeartbeatOfAJobThatSomebodyElseChanged() {
        db.submit("ann", 1);
        try (Flusher flusher = new Flusher(db.transaction, db.fileTasks, db.jdbc, 10, new SimpleMeterRegistry());
                StorageProvider storage = JobRunrStorage.open(db.dataSource, flusher)) {
            List<Job> jobs = fetch(storage, UUID.randomUUID());
            db.jdbc.sql("update jobrunr_jobs set version = 7").update();
            jobs.forEach(Job::updateProcessing);

            assertThatThrownBy(() -> storage.save(jobs)).isInstanceOf(ConcurrentJobModificationException.class);
        }
    }

    @Test
    void forgivesAJobThatARescueHasDeleted() {
        db.submit("ann", 2);
        try (Flusher flusher = new Flusher(db.transaction, db.fileTasks, db.jdbc, 10, new SimpleMeterRegistry());
                StorageProvider storage = JobRunrStorage.open(db.dataSource, flusher)) {
            List<Job> jobs = fetch(storage, UUID.randomUUID());
            db.jdbc
                    .sql("delete from jobrunr_jobs where id = :id")
                    .param("id", jobs.get(0).getId().toString())
                    .update();
            jobs.forEach(job -> job.failed("orphaned", new IllegalStateException()));

            assertThat(storage.save(jobs)).hasSize(2);

            assertThat(storage.getJobById(jobs.get(1).getId()).hasState(StateName.FAILED))
                    .isTrue();
            assertThat(jobs()).isEqualTo(1);
        }
    }

    @Test
    void aJobThatCannotBeReadKeepsNoOtherFromBeingFetched() {
        db.submit("ann", 2);
        db.jdbc.sql("""
                update jobrunr_jobs set jobasjson = replace(jobasjson, 'EnqueuedState', 'StateOfTomorrow')
                where id = (select min(id) from jobrunr_jobs)
                """).update();
        try (Flusher flusher = new Flusher(db.transaction, db.fileTasks, db.jdbc, 10, new SimpleMeterRegistry());
                StorageProvider storage = JobRunrStorage.open(db.dataSource, flusher)) {
            UUID server = UUID.randomUUID();

            assertThat(fetch(storage, server)).isEmpty();

            assertThat(fetch(storage, server)).hasSize(1);
            assertThat(jobs()).isEqualTo(1);
            assertThat(db.jdbc
                            .sql("select count(*) from file_task where status = 'pending' and dispatched_at is null")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(1);
        }
    }
}
