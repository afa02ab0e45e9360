package io.filemill.db.queue;

import org.jspecify.annotations.Nullable;

/** How many files one user or one processor may still be given. For use by one thread. */
final class Allowance {
    static final Allowance UNLIMITED = new Allowance(Integer.MAX_VALUE, null);

    private final int running;
    private final @Nullable Bucket bucket;
    private int given;
    private @Nullable Refusal refusal;

    /** What kept a file back. */
    enum Refusal {
        /** As many run as may. */
        RUNNING,
        /** The rate is used up for now. */
        RATE
    }

    /**
     * @param running how many more may run
     * @param bucket how many more may start, or null for any number
     */
    Allowance(int running, @Nullable Bucket bucket) {
        this.running = running;
        this.bucket = bucket;
    }

    /** Whether one more may be given; remembers if not. */
    boolean has() {
        if (this == UNLIMITED) {
            return true;
        }
        if (given >= running) {
            refusal = Refusal.RUNNING;
        } else if (bucket != null && given + 1 > bucket.tokens()) {
            refusal = Refusal.RATE;
        } else {
            return true;
        }
        return false;
    }

    void give() {
        if (this != UNLIMITED) {
            given++;
        }
    }

    @Nullable
    Bucket bucket() {
        return bucket;
    }

    @Nullable
    Refusal refusal() {
        return refusal;
    }

    /** Seconds until its rate allows one more. */
    double secondsUntilNext() {
        return bucket == null ? 0 : Math.max(0, (given + 1 - bucket.tokens()) / bucket.rate());
    }

    /**
     * Tokens by which a rate is kept.
     *
     * @param tokens what is there now; below zero for what was promised in advance
     */
    record Bucket(double rate, double tokens) {}
}
