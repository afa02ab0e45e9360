package io.filemill.worker.node;

import io.filemill.db.queue.Feeder;
import io.filemill.worker.jobrunr.JobServer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a node that looks for work: when a notification arrives, when a slot became free, and when the heartbeat saw files that
 * wait, which makes up for lost notifications; a slow tick makes up for what even that overlooked. Wake-ups that come while it works are
 * taken together.
 */
final class Pump implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pump.class);
    private static final Duration TICK = Duration.ofSeconds(30);
    /** Longer than the statements of a look may take together. */
    private static final Duration LONGEST_LOOK = Duration.ofMinutes(5);

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final int LONGEST_TURN_MILLIS = 10; // of another process that gives out files

    private final Work work;
    private final LongSupplier nanoTime;
    private final Semaphore wakeUps = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "pump");
    private volatile boolean windowHasJobs = true;
    private volatile boolean waitsForEnds;
    private volatile boolean closed;
    private volatile @Nullable Long lookingSince;

    /** Where files come from. */
    interface Work {
        /** Fetches jobs from the window; whether there may be more of them. */
        boolean fetch();

        /** Takes files. */
        Feeder.Taken take();
    }

    Pump(JobServer server) {
        this(
                new Work() {
                    @Override
                    public boolean fetch() {
                        return server.fetch();
                    }

                    @Override
                    public Feeder.Taken take() {
                        return server.take();
                    }
                },
                System::nanoTime);
    }

    Pump(Work work, LongSupplier nanoTime) {
        this.work = work;
        this.nanoTime = nanoTime;
        thread.setDaemon(true);
    }

    /** Whether its thread lives and does not look for work for longer than any look may take. */
    boolean isAlive() {
        Long since = lookingSince;
        return thread.isAlive() && (since == null || nanoTime.getAsLong() - since < LONGEST_LOOK.toNanos());
    }

    void start() {
        thread.start();
    }

    /** There may be work. Returns at once. */
    void wake() {
        windowHasJobs = true;
        wakeUps.release();
    }

    /** A file has ended, so there is room for another one. */
    void slotFreed() {
        wakeUps.release();
    }

    /** The end of a file is written down, so a limit may allow another one. */
    void endWritten() {
        if (waitsForEnds) {
            wakeUps.release();
        }
    }

    private void run() {
        Duration pause = Duration.ZERO;
        while (!closed) {
            try {
                if (!wakeUps.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    windowHasJobs = true;
                }
                wakeUps.drainPermits();
                pause = TICK;
                lookingSince = nanoTime.getAsLong();
                pause = pauseAfter(look());
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.atWarn().addKeyValue("reason", e.getMessage()).log("Could not look for work, will try again");
            } finally {
                lookingSince = null;
            }
        }
    }

    private static Duration pauseAfter(Feeder.Next next) {
        if (next.busy()) {
            return Duration.ofMillis(ThreadLocalRandom.current().nextInt(1, LONGEST_TURN_MILLIS));
        }
        Duration wait = next.delay();
        return wait == null || wait.compareTo(TICK) > 0 ? TICK : wait;
    }

    private Feeder.Next look() {
        if (windowHasJobs) {
            windowHasJobs = false; // what comes from now on may not be seen by this fetch
            if (work.fetch()) {
                windowHasJobs = true;
            }
        }
        waitsForEnds = true; // an end that is written from now on may not be seen by this look
        Feeder.Taken taken = work.take();
        if (taken.enqueued() > 0) {
            wake();
        }
        waitsForEnds = taken.next().atEnd() || taken.next().busy();
        return taken.next();
    }

    /** Returns when what was being taken is handed over, or after some seconds. */
    @Override
    public void close() {
        closed = true;
        wake();
        try {
            thread.join(CLOSE_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
