package io.filemill.db.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.storage.BackgroundJobServerStatus;
import org.jobrunr.storage.ConcurrentJobModificationException;
import org.jobrunr.storage.JobNotFoundException;
import org.jobrunr.storage.StorageProviderUtils.DatabaseOptions;
import org.jobrunr.storage.navigation.AmountRequest;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * JobRunr's storage on a node. A file's job that succeeded is deleted by the flusher instead of being rewritten: the file's row tells all
 * about it, and the table of jobs stays as small as the window. JobRunr's count of all jobs that ever succeeded goes on.
 */
final class FileJobStorage extends PostgresStorageProvider {
    private static final Logger LOG = LoggerFactory.getLogger(FileJobStorage.class);
    private static final String HANDLER = FileTaskJobHandler.class.getName();

    private final Flusher flusher;
    private final JdbcClient jdbc;
    private @Nullable JobMapper mapper;
    private final AtomicInteger succeeded = new AtomicInteger();

    FileJobStorage(DataSource dataSource, Flusher flusher) {
        super(dataSource, DatabaseOptions.SKIP_CREATE);
        this.flusher = flusher;
        this.jdbc = JdbcClient.create(dataSource);
    }

    @Override
    public Job save(Job job) {
        if (hasEnded(job)) {
            flusher.endJob(job.getId());
            succeeded.incrementAndGet();
            return job;
        }
        return super.save(job);
    }

    /** JobRunr saves jobs that run or are orphans, some of which may have ended or have been deleted by a rescue in the meantime. */
    @Override
    public List<Job> save(List<Job> jobs) {
        try {
            return super.save(jobs);
        } catch (ConcurrentJobModificationException e) {
            List<Job> changed = e.getConcurrentUpdatedJobs().stream()
                    .filter(job -> !hasEnded(job) && isStored(job))
                    .toList();
            if (changed.isEmpty()) {
                return jobs;
            }
            throw new ConcurrentJobModificationException(changed, e);
        }
    }

    /**
     * A job that this version cannot read, since a newer one wrote it, would keep all others from being fetched. So such jobs are deleted; their
     * files wait in the queue again, for a job that can be read.
     */
    @Override
    public List<Job> getJobsToProcess(BackgroundJobServer server, AmountRequest amount) {
        try {
            return super.getJobsToProcess(server, amount);
        } catch (RuntimeException e) {
            List<UUID> unreadable = unreadableJobs();
            if (unreadable.isEmpty()) {
                throw e;
            }
            discard(unreadable);
            LOG.atWarn()
                    .addKeyValue("jobs", unreadable.size())
                    .addKeyValue("first", unreadable.get(0))
                    .setCause(e)
                    .log("Jobs that cannot be read are deleted, and their files queued again");
            return List.of();
        }
    }

    private List<UUID> unreadableJobs() {
        var unreadable = new ArrayList<UUID>();
        jdbc.sql("select id, jobasjson from jobrunr_jobs where state = 'ENQUEUED'")
                .query(row -> {
                    try {
                        mapper().deserializeJob(row.getString("jobasjson"));
                    } catch (RuntimeException e) {
                        unreadable.add(UUID.fromString(row.getString("id")));
                    }
                });
        return unreadable;
    }

    private void discard(List<UUID> jobs) {
        jdbc.sql("""
                with discarded as (
                    delete from jobrunr_jobs where state = 'ENQUEUED' and id = any(:jobs::bpchar[])
                    returning id)
                update file_task f
                set dispatched_at = null, updated_at = now()
                from discarded
                where f.status = 'pending' and f.dispatched_at is not null and file_job_id(f.id, f.attempt) = discarded.id
                """)
                .param("jobs", jobs.stream().map(UUID::toString).toArray(String[]::new))
                .update();
    }

    private JobMapper mapper() {
        return Objects.requireNonNull(mapper, "set before the first use");
    }

    @Override
    public void setJobMapper(JobMapper jobMapper) {
        super.setJobMapper(jobMapper);
        this.mapper = jobMapper;
    }

    private boolean isStored(Job job) {
        try {
            getJobById(job.getId());
            return true;
        } catch (JobNotFoundException e) {
            return false;
        }
    }

    private static boolean hasEnded(Job job) {
        return job.hasState(StateName.SUCCEEDED)
                && job.getJobDetails().getClassName().equals(HANDLER);
    }

    @Override
    public boolean signalBackgroundJobServerAlive(BackgroundJobServerStatus status) {
        boolean alive = super.signalBackgroundJobServerAlive(status);
        int ended = succeeded.getAndSet(0);
        if (ended > 0) {
            publishTotalAmountOfSucceededJobs(ended);
        }
        return alive;
    }
}
