package io.filemill.worker.node;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What a node can know of its lease without asking the database. Safe for use by several threads.
 *
 * <p>While the database is away the leases of all nodes run out. The node that comes back first must not take the others for dead, so a
 * node judges others only when it has itself renewed its lease without a break for as long as a lease lasts.
 */
final class LeaseWatch {
    private final long lease;
    private final long longestPause;
    private final LongSupplier nanoTime;
    private boolean everRenewed;
    private boolean held;
    private boolean attempting;
    private long attemptedAt;
    private long renewedAt;
    private long unbrokenSince;

    LeaseWatch(Duration lease, LongSupplier nanoTime) {
        this.lease = lease.toNanos();
        this.longestPause = this.lease / 2;
        this.nanoTime = nanoTime;
    }

    /** The node is about to renew its lease. */
    synchronized void attempt() {
        if (attempting) {
            held = false; // the attempt before failed
        }
        attempting = true;
        attemptedAt = nanoTime.getAsLong();
    }

    /**
     * The attempt succeeded.
     *
     * @param settled at the first renewal: whether the other nodes have had the time to renew theirs
     */
    synchronized void renewed(boolean settled) {
        long now = nanoTime.getAsLong();
        if (!everRenewed && settled) {
            unbrokenSince = now - lease;
        } else if (!held || now - renewedAt > longestPause) {
            unbrokenSince = now;
        }
        everRenewed = true;
        held = true;
        attempting = false;
        renewedAt = attemptedAt; // the lease may be as old as the question
    }

    /** Whether the lease cannot have run out yet. */
    synchronized boolean isValid() {
        return everRenewed && nanoTime.getAsLong() - renewedAt < lease;
    }

    /** Whether a lease of another node that has run out means that the node is dead. */
    synchronized boolean mayJudgeOthers() {
        long now = nanoTime.getAsLong();
        return held && now - renewedAt <= longestPause && now - unbrokenSince >= lease;
    }
}
