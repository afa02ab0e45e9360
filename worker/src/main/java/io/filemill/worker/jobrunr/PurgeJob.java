package io.filemill.worker.jobrunr;

import org.jobrunr.jobs.lambdas.JobRequest;

/** The recurring purge as JobRunr stores it. Its name and package are a stored contract. */
public record PurgeJob() implements JobRequest {
    @Override
    public Class<PurgeJobHandler> getJobRequestHandler() {
        return PurgeJobHandler.class;
    }
}
