package io.filemill.worker.jobrunr;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many jobs a node should hold in advance: what it ends in a quarter of a second, less its slots. So files that take long are not held
 * while another node could run them, and short ones do not wait for a fetch. Any thread may tell of ends; one thread asks.
 */
final class Prefetch {
    static final int LIMIT = 512;
    private static final double SECONDS_AHEAD = 0.25;
    private static final Duration SHORTEST_LOOK = Duration.ofMillis(50);

    private final int slots;
    private final LongSupplier nanoTime;
    private final AtomicLong ended = new AtomicLong();
    private long endedBefore;
    private long lookedAt;
    private int most;

    Prefetch(int slots, LongSupplier nanoTime) {
        this.slots = slots;
        this.nanoTime = nanoTime;
        this.lookedAt = nanoTime.getAsLong();
    }

    void jobEnded() {
        ended.incrementAndGet();
    }

    /** How many jobs may wait beyond those that run. */
    synchronized int most() {
        long now = nanoTime.getAsLong();
        long time = now - lookedAt;
        if (time >= SHORTEST_LOOK.toNanos()) {
            long count = ended.get();
            // Less one for each slot: files of any length end together now and then, and a short look would take them
            // for short ones.
            double perSecond = Math.max(0, count - endedBefore - slots) * 1e9 / time;
            most = (int) Math.max(0, Math.min(LIMIT, perSecond * SECONDS_AHEAD - slots));
            endedBefore = count;
            lookedAt = now;
        }
        return most;
    }
}
