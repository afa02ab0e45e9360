package io.filemill.worker.jobrunr;

import io.filemill.worker.purge.Purger;
import java.io.IOException;
import org.jobrunr.jobs.lambdas.JobRequestHandler;

/** What JobRunr finds by the name in a stored job. */
public final class PurgeJobHandler implements JobRequestHandler<PurgeJob> {
    private final Purger purger;

    public PurgeJobHandler(Purger purger) {
        this.purger = purger;
    }

    @Override
    public void run(PurgeJob job) throws IOException {
        int ignored = purger.runOnce();
    }
}
