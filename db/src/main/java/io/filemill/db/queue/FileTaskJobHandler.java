package io.filemill.db.queue;

import org.jobrunr.jobs.lambdas.JobRequestHandler;

/** What JobRunr finds by the name in a stored job. It only delegates, so that a job can be stored where no worker is. */
public final class FileTaskJobHandler implements JobRequestHandler<FileTaskJob> {
    private final FileTaskRunner runner;

    public FileTaskJobHandler(FileTaskRunner runner) {
        this.runner = runner;
    }

    @Override
    public void run(FileTaskJob job) throws Exception {
        runner.run(job);
    }
}
