package io.filemill.db.task;

/** How an attempt to cancel an upload task ended. */
public sealed interface Cancellation {
    /**
     * This call cancelled the task.
     *
     * @param files how many files it stopped before they were done
     */
    record Cancelled(int files) implements Cancellation {}

    /** The task was cancelled before; nothing changed. */
    record AlreadyCancelled() implements Cancellation {}

    /** The task had ended before; nothing changed. */
    record AlreadyFinished() implements Cancellation {}

    /** The user has no such task. */
    record NotFound() implements Cancellation {}
}
