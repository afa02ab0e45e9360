package io.filemill.db.queue;

import java.util.UUID;
import org.jobrunr.jobs.lambdas.JobRequest;

/**
 * The one job per file that is stored in JobRunr, as ids only. Its name, its package and its components are a stored contract: changing
 * one of them makes jobs unreadable that are already in a database.
 *
 * @param fileTaskId the file to run
 * @param attempt the dispatch that this job belongs to; a job of an older dispatch does nothing
 */
public record FileTaskJob(long fileTaskId, int attempt) implements JobRequest {
    /** The id of the JobRunr job: the same for the same dispatch, so that it can exist only once. */
    public UUID jobId() {
        return new UUID(fileTaskId, attempt);
    }

    @Override
    public Class<FileTaskJobHandler> getJobRequestHandler() {
        return FileTaskJobHandler.class;
    }
}
