package io.filemill.db.queue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.JobListVersioner;
import org.jobrunr.jobs.filters.JobFilterUtils;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.storage.BackgroundJobServerStatus;
import org.jobrunr.storage.ConcurrentJobModificationException;
import org.jobrunr.storage.JobNotFoundException;
import org.jobrunr.storage.StorageException;
import org.jobrunr.storage.StorageProviderUtils.DatabaseOptions;
import org.jobrunr.storage.navigation.AmountRequest;
import org.jobrunr.storage.sql.common.db.Transaction;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jspecify.annotations.Nullable;

/**
 * JobRunr's storage on a node. A file's job that succeeded is deleted by the flusher instead of being rewritten: the file's row tells all
 * about it, and the table of jobs stays as small as the window. JobRunr's count of all jobs that ever succeeded goes on.
 */
final class FileJobStorage extends PostgresStorageProvider {
    private static final String HANDLER = FileTaskJobHandler.class.getName();

    private final Flusher flusher;
    private @Nullable JobMapper mapper;
    private final AtomicInteger succeeded = new AtomicInteger();

    FileJobStorage(DataSource dataSource, Flusher flusher) {
        super(dataSource, DatabaseOptions.SKIP_CREATE);
        this.flusher = flusher;
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
     * As the original, but with one statement for all jobs in place of one each. A job that somebody else changed meanwhile is left to
     * them; nobody can, while its row is locked.
     */
    @Override
    public List<Job> getJobsToProcess(BackgroundJobServer server, AmountRequest amount) {
        var filters = new JobFilterUtils(server.getJobFilters());
        List<Job> jobs;
        try (Connection connection = dataSource.getConnection();
                var transaction = new Transaction(connection)) {
            jobs = jobTable(connection).selectJobsToProcess(amount);
            if (jobs.isEmpty()) {
                return jobs;
            }
            jobs.forEach(job -> job.startProcessingOn(server));
            filters.runOnStateElectionFilter(jobs);
            try (var versions = new JobListVersioner(jobs)) {
                if (update(connection, jobs) != jobs.size()) {
                    throw new StorageException("a locked job was changed");
                }
                transaction.commit();
                versions.commitVersions();
            }
        } catch (SQLException e) {
            throw new StorageException(e);
        }
        filters.runOnStateAppliedFilters(jobs);
        return jobs.stream().filter(job -> job.hasState(StateName.PROCESSING)).toList();
    }

    private int update(Connection connection, List<Job> jobs) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                update jobrunr_jobs j
                set version = j.version + 1, jobasjson = given.json, state = given.state, updatedat = given.updated_at::timestamp
                from unnest(?, ?, ?, ?) as given (id, json, state, updated_at)
                where j.id = given.id::char(36)
                """)) {
            set(connection, statement, 1, jobs, job -> job.getId().toString());
            set(connection, statement, 2, jobs, mapper()::serializeJob);
            set(connection, statement, 3, jobs, job -> job.getState().name());
            set(
                    connection,
                    statement,
                    4,
                    jobs,
                    job -> LocalDateTime.ofInstant(job.getUpdatedAt(), ZoneOffset.UTC)
                            .toString());
            return statement.executeUpdate();
        }
    }

    private static void set(
            Connection connection, PreparedStatement statement, int index, List<Job> jobs, Function<Job, String> value)
            throws SQLException {
        String[] values = jobs.stream().map(value).toArray(String[]::new);
        statement.setArray(index, connection.createArrayOf("text", values));
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
