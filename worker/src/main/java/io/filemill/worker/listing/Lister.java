package io.filemill.worker.listing;

import io.filemill.db.listing.ClaimedListing;
import io.filemill.db.queue.Listings;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a node that lists folders of tasks which are being prepared, in turn if there are several. It looks for them when it is
 * woken and on a slow tick that makes up for lost notifications and for nodes that died.
 */
public final class Lister implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lister.class);
    private static final Duration TICK = Duration.ofSeconds(5);
    private static final Duration TURN = Duration.ofSeconds(5);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final Listings listings;
    private final UUID nodeId;
    private final Semaphore wakeUps = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "lister");
    private volatile boolean closed;

    public Lister(Listings listings, UUID nodeId) {
        this.listings = listings;
        this.nodeId = nodeId;
        thread.setDaemon(true);
    }

    /** Starts to look for listings. */
    public void start() {
        thread.start();
    }

    /** There may be something to list. Returns at once. */
    public void wake() {
        wakeUps.release();
    }

    private void run() {
        while (!closed) {
            try {
                boolean ignored = wakeUps.tryAcquire(TICK.toMillis(), TimeUnit.MILLISECONDS);
                wakeUps.drainPermits();
                boolean listed = true;
                while (listed && !closed) {
                    listed = runOnce();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.atWarn().addKeyValue("reason", e.getMessage()).log("Could not list, will try again");
            }
        }
    }

    /** Carries one listing on, to its end or for as long as its turn lasts; returns whether there was one. */
    boolean runOnce() {
        Optional<ClaimedListing> claimed = listings.claim(nodeId);
        claimed.ifPresent(this::carryOn);
        return claimed.isPresent();
    }

    private void carryOn(ClaimedListing claimed) {
        long began = System.nanoTime();
        try {
            var walk = new SourcesWalk(claimed, number -> listings.source(claimed.uploadTaskId(), number));
            while (record(claimed, walk)) {
                boolean turnIsOver = System.nanoTime() - began > TURN.toNanos();
                if (closed || (turnIsOver && listings.isAnyWaiting())) {
                    listings.release(claimed);
                    return;
                }
            }
        } catch (RuntimeException e) {
            try {
                listings.release(claimed); // so that one that cannot be listed does not keep others waiting
            } catch (RuntimeException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    /** Records the next page; returns whether there are more. */
    private boolean record(ClaimedListing claimed, SourcesWalk walk) {
        SourcesWalk.Page page = walk.next(() -> closed);
        if (!listings.record(claimed, page.listed(), page.last())) {
            LOG.atInfo()
                    .addKeyValue("task_id", claimed.uploadTaskId())
                    .log("Listing given up, the task was cancelled or another node goes on");
            return false;
        }
        if (page.last()) {
            LOG.atInfo().addKeyValue("task_id", claimed.uploadTaskId()).log("Task prepared");
        }
        return !page.last();
    }

    /** Returns when the page that is being listed is recorded, or after some seconds. */
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
