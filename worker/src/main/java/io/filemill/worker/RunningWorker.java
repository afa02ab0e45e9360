package io.filemill.worker;

/** A node that was started in this process. */
public interface RunningWorker extends AutoCloseable {
    /** Whether it works or will by itself, for example when the database is back; false if only a new process can help. */
    boolean isLive();

    /** Drains the node and stops it. May be called twice. */
    @Override
    void close();
}
