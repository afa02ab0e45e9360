package io.filemill.spring;

import io.filemill.worker.RunningWorker;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The node of this process, while it runs. Safe for use by several threads. */
final class EmbeddedNode {
    private @Nullable RunningWorker running;
    private boolean ended;

    /** Starts it unless it runs or has been stopped for good. */
    synchronized void start(Supplier<RunningWorker> node) {
        if (running == null && !ended) {
            running = node.get();
        }
    }

    synchronized boolean isRunning() {
        return running != null;
    }

    /** Drains and stops it. May be called twice. */
    synchronized void stop() {
        ended = true;
        if (running != null) {
            running.close();
            running = null;
        }
    }
}
