package io.filemill.worker.node;

import io.filemill.db.queue.Feeder;
import io.filemill.worker.jobrunr.JobServer;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a node that looks for work: when a notification arrives, when a slot became free, and when the heartbeat saw files that
 * wait, which makes up for lost notifications; a slow tick makes up for what even that overlooked. Wake-ups that come while it works are
 * taken together. A second thread fills the window at the same time.
 */
final class Pump implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pump.class);
    private static final Duration TICK = Duration.ofSeconds(30);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final Feeder feeder;
    private final JobServer server;
    private final Semaphore wakeUps = new Semaphore(0);
    private final AtomicBoolean feedIsDue = new AtomicBoolean();
    private final ExecutorService feeds = Executors.newSingleThreadExecutor(task -> {
        var feed = new Thread(task, "feed");
        feed.setDaemon(true);
        return feed;
    });
    private final AtomicInteger endedSinceFeed = new AtomicInteger();
    private final Thread thread = new Thread(this::run, "pump");
    private volatile boolean closed;

    Pump(Feeder feeder, JobServer server) {
        this.feeder = feeder;
        this.server = server;
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
        int appetite = server.appetite();
        boolean windowRunsLow = server.hasRoom() || endedSinceFeed.get() >= appetite / 2;
        if ((windowRunsLow || !woken) && feedIsDue.compareAndSet(false, true)) {
            endedSinceFeed.set(0);
            feeds.execute(() -> feed(2 * appetite));
        }
    }

    private void feed(int appetite) {
        feedIsDue.set(false); // what is asked for from now on may have to do with rows that this feed cannot see
        try {
            if (feeder.feed(appetite) > 0) {
                wake();
            }
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("Could not fill the window, will try again");
        }
    }

    /** Returns when what was being fetched is handed over, or after some seconds. */
    @Override
    public void close() {
        closed = true;
        wake();
        feeds.shutdown();
        try {
            thread.join(CLOSE_LIMIT.toMillis());
            boolean ignored = feeds.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
