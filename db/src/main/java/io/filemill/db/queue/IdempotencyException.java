package io.filemill.db.queue;

/** A submission whose key does not allow it. Nothing was stored. */
public final class IdempotencyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** What is wrong with the key. */
    public enum Reason {
        /** It was used for another request. */
        OTHER_REQUEST,
        /** Another request with it is being recorded right now. */
        IN_FLIGHT
    }

    IdempotencyException(Reason reason) {
        super("idempotency key: " + reason);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
