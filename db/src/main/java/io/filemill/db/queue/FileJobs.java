package io.filemill.db.queue;

import io.filemill.db.KeptPlans;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.JobDetails;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.jobs.states.EnqueuedState;
import org.jobrunr.jobs.states.JobState;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * JobRunr's jobs of files, made and stored as JobRunr itself would, but in the running transaction and with one statement for all of them.
 * {@code FileJobStorageIT} pins that. Safe for use by several threads.
 */
final class FileJobs {
    private static final int FIRST_VERSION = 1; // of a job that is stored
    private static final int LONGEST_NAME = 120;

    private final JdbcClient jdbc;
    private final JobMapper mapper = new JobMapper(JobRunrStorage.jsonMapper());

    FileJobs(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A job that waits for a server. */
    static Job enqueued(FileTaskJob file, String filename) {
        return job(file, filename, List.of(new EnqueuedState()));
    }

    /** A job that a server has fetched. */
    static Job processing(FileTaskJob file, String filename, TakingNode node) {
        return job(file, filename, List.of(new EnqueuedState(), node.processingState()));
    }

    private static Job job(FileTaskJob file, String filename, List<JobState> states) {
        var job = new Job(file.jobId(), FIRST_VERSION, new JobDetails(file), states, new ConcurrentHashMap<>());
        job.setJobName(
                "Ingest " + (filename.length() <= LONGEST_NAME ? filename : filename.substring(0, LONGEST_NAME)));
        job.setAmountOfRetries(0);
        return job;
    }

    /** Stores new jobs. */
    void insert(List<Job> jobs) {
        jdbc.sql("""
                insert into jobrunr_jobs (id, version, jobasjson, jobsignature, state, createdat, updatedat)
                select id, :version, json, signature, state, created_at::timestamp, updated_at::timestamp
                from unnest(:ids, :jsons, :signatures, :states, :createdAts, :updatedAts)
                    as given (id, json, signature, state, created_at, updated_at)
                """)
                .param("version", FIRST_VERSION)
                .param("ids", texts(jobs, job -> job.getId().toString()))
                .param("jsons", texts(jobs, mapper::serializeJob))
                .param("signatures", texts(jobs, Job::getJobSignature))
                .param("states", texts(jobs, job -> job.getState().name()))
                .param("createdAts", texts(jobs, job -> utc(job.getCreatedAt())))
                .param("updatedAts", texts(jobs, job -> utc(job.getUpdatedAt())))
                .update();
    }

    /** Deletes jobs; ids without one are left out. */
    void delete(List<UUID> ids) {
        KeptPlans.use(jdbc);
        jdbc.sql("delete from jobrunr_jobs where id = any(:ids::bpchar[])")
                .param("ids", ids.stream().map(UUID::toString).toArray(String[]::new))
                .update();
    }

    private static String utc(Instant time) {
        return LocalDateTime.ofInstant(time, ZoneOffset.UTC).toString();
    }

    private static String[] texts(List<Job> jobs, Function<Job, String> text) {
        return jobs.stream().map(text).toArray(String[]::new);
    }
}
