package io.filemill.db.node;

/**
 * What there is to do, as a node sees it with its heartbeat. A sign that is false saves the statements that would find nothing.
 *
 * @param holdsFiles rows say that this node runs files
 * @param abandonedFiles files run on a node whose lease has run out or whose row is gone
 * @param dispatchedFiles files were dispatched and have not started; some may have lost their job
 * @param waitingFiles files are due, or jobs wait to be fetched
 */
public record Signs(boolean holdsFiles, boolean abandonedFiles, boolean dispatchedFiles, boolean waitingFiles) {
    /** Nothing was seen. */
    public static final Signs OF_NOTHING = new Signs(false, false, false, false);

    /** Nobody has looked, so there may be anything. */
    public static final Signs OF_ANYTHING = new Signs(true, true, true, true);
}
