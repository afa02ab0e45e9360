package io.filemill.db.queue;

/** Runs one dispatched file; the worker implements it. */
public interface FileTaskRunner {
    /**
     * Claims the file, processes it and writes down its end. Returns quietly when there is nothing to claim.
     *
     * @throws Exception if the end could not be written down; the file is then rescued and run again
     */
    void run(FileTaskJob job) throws Exception;
}
