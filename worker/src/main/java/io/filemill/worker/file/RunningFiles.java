package io.filemill.worker.file;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The files that this node runs right now, and how they are stopped. Safe for use by several threads. */
public final class RunningFiles implements AutoCloseable {
    private final Map<Long, Run> runs = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor timer = newTimer();
    private volatile Runnable onEnd = () -> {};

    /** Why a file was stopped before its processor returned. */
    enum StopReason {
        /** Its row is no longer this node's: it was cancelled, or given to another node. */
        LOST,
        TIMED_OUT,
        /** The node shuts down. */
        RELEASED
    }

    /** A processor was stopped. */
    static final class StoppedException extends Exception {
        private final StopReason reason;

        StoppedException(StopReason reason) {
            super("stopped: " + reason, null, false, false);
            this.reason = reason;
        }

        StopReason reason() {
            return reason;
        }
    }

    private static ScheduledThreadPoolExecutor newTimer() {
        var timer = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, "file-time-limits");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(
                true); // or the limits of millions of files that ended at once would be kept for an hour
        return timer;
    }

    /** How many files have a time limit that is running. */
    int timeLimits() {
        return timer.getQueue().size();
    }

    /** Adds a file from its claim until the handle is closed, which is when its end is written down. */
    Run begin(long id, int attempt) {
        var run = new Run(id, attempt);
        runs.put(id, run);
        return run;
    }

    /** Attempt by file task id of all files that were claimed and whose end is not written down yet. */
    public Map<Long, Integer> attempts() {
        return runs.values().stream().collect(Collectors.toUnmodifiableMap(run -> run.id, run -> run.attempt));
    }

    /** How many files a processor is at work on. */
    public long processing() {
        return runs.values().stream().filter(Run::isProcessing).count();
    }

    /** How many files were claimed and whose end is not written down yet. */
    public int size() {
        return runs.size();
    }

    /** Sets what is told that a file has ended and this was written down. */
    public void onEnd(Runnable listener) {
        onEnd = listener;
    }

    /** Whether nothing runs. */
    public boolean isEmpty() {
        return runs.isEmpty();
    }

    /** Stops files that are no longer this node's. */
    public void stopLost(Iterable<Long> ids) {
        for (Long id : ids) {
            Run run = runs.get(id);
            if (run != null) {
                run.stop(StopReason.LOST);
            }
        }
    }

    /** Stops what was claimed and has not begun, so that it can be given back. */
    public void releaseWaiting() {
        runs.values().forEach(Run::releaseIfWaiting);
    }

    /** Stops everything, so that it can be given back. */
    public void releaseAll() {
        runs.values().forEach(run -> run.stop(StopReason.RELEASED));
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** One file from its claim to its end, processed by one thread. */
    final class Run implements AutoCloseable {
        private final long id;
        private final int attempt;
        private @Nullable Thread processing;
        private boolean begun;
        private @Nullable StopReason stopReason;

        private Run(long id, int attempt) {
            this.id = id;
            this.attempt = attempt;
        }

        /**
         * Calls the processor on this thread. An interrupt reaches it only while it runs, never what comes after.
         *
         * @throws StoppedException if it was stopped, also before it began
         */
        <T> T process(Duration timeLimit, Callable<T> processor) throws Exception {
            synchronized (this) {
                if (stopReason != null) {
                    throw new StoppedException(stopReason);
                }
                processing = Thread.currentThread();
                begun = true;
            }
            var timeout = timer.schedule(() -> stop(StopReason.TIMED_OUT), timeLimit.toMillis(), TimeUnit.MILLISECONDS);
            try {
                return processor.call();
            } catch (Exception e) {
                StopReason reason = stopReason();
                if (reason != null) {
                    throw new StoppedException(reason);
                }
                if (e instanceof InterruptedException) { // JobRunr's own stop
                    throw new StoppedException(StopReason.RELEASED);
                }
                throw e;
            } finally {
                timeout.cancel(false);
                synchronized (this) {
                    processing = null;
                    Thread.interrupted(); // of a stop that came after the processor had returned
                }
            }
        }

        private synchronized boolean isProcessing() {
            return processing != null;
        }

        private synchronized @Nullable StopReason stopReason() {
            return stopReason;
        }

        private synchronized void releaseIfWaiting() {
            if (!begun) {
                stop(StopReason.RELEASED);
            }
        }

        private synchronized void stop(StopReason reason) {
            if (stopReason == null) {
                stopReason = reason;
                if (processing != null) {
                    processing.interrupt();
                }
            }
        }

        @Override
        public void close() {
            runs.remove(id, this);
            onEnd.run();
        }
    }
}
