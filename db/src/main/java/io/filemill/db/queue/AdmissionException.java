package io.filemill.db.queue;

import java.time.Duration;

/** A submission for which there is no room in the queue. Nothing was stored. */
public final class AdmissionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final What what;
    private final LimitScope scope;
    private final long limit;
    private final long queued;
    private final long asked;
    private final transient Duration retryAfter;

    /** What there is too much of. */
    public enum What {
        FILES,
        BYTES
    }

    AdmissionException(What what, LimitScope scope, long limit, long queued, long asked, Duration retryAfter) {
        super(scope + " may queue " + limit + " " + what + ", has " + queued + ", asked for " + asked + " more");
        this.what = what;
        this.scope = scope;
        this.limit = limit;
        this.queued = queued;
        this.asked = asked;
        this.retryAfter = retryAfter;
    }

    public What what() {
        return what;
    }

    /** Whose limit it is: the user's or the cluster's. */
    public LimitScope scope() {
        return scope;
    }

    public long limit() {
        return limit;
    }

    /** How much is in the queue without this submission. */
    public long queued() {
        return queued;
    }

    /** How much this submission has. Alone it may be beyond the limit, and then it can never be accepted. */
    public long asked() {
        return asked;
    }

    /** When there may be room for it, at the pace of the files that ran lately. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
