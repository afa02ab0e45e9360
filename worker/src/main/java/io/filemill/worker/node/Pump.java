package io.filemill.worker.node;

import io.filemill.db.queue.Feeder;
import io.filemill.worker.jobrunr.JobServer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a node that looks for work: when a notification arrives, when a slot became free, and on a slow tick that makes up for
 * lost notifications. Wake-ups that come while it works are taken together.
 */
final class Pump implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pump.class);
    private static final Duration TICK = Duration.ofSeconds(2);

    private final Feeder feeder;
    private final JobServer server;
    private final int slots;
    private final Semaphore wakeUps = new Semaphore(0);
    private final AtomicInteger endedSinceFeed = new AtomicInteger();
    private final Thread thread = new Thread(this::run, "pump");
    private volatile boolean closed;

    Pump(Feeder feeder, JobServer server, int slots) {
        this.feeder = feeder;
        this.server = server;
        this.slots = slots;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** There may be work. Returns at once. */
    void wake() {
        wakeUps.release();
    }

    /** A file has ended, so there is room for another one. */
    void slotFreed() {
        endedSinceFeed.incrementAndGet();
        wakeUps.release();
    }

    private void run() {
        while (!closed) {
            try {
                boolean woken = wakeUps.tryAcquire(TICK.toMillis(), TimeUnit.MILLISECONDS);
                wakeUps.drainPermits();
                look(woken);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.atWarn().addKeyValue("reason", e.getMessage()).log("Could not look for work, will try again");
            }
        }
    }

    private void look(boolean woken) {
        server.fetch();
        boolean windowRunsLow = server.freeSlots() > 0 || endedSinceFeed.get() >= slots;
        if (windowRunsLow || !woken) {
            endedSinceFeed.set(0);
            if (feeder.feed() > 0) {
                server.fetch();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
