package io.filemill.worker.capacity;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** Work that may hang for ever in a driver or a pipe. */
final class TimeLimited {
    private TimeLimited() {}

    /** Starts the work on a daemon thread of its own, so that whoever waits can stop waiting and the JVM can still end. */
    static <T> FutureTask<T> start(String name, Callable<T> work) {
        var task = new FutureTask<>(work);
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return task;
    }
}
