package io.filemill.worker.jobrunr;

/**
 * How JobRunr's server on this node is.
 *
 * @param detail a sentence for people: what is known, and since when
 */
public record ServerState(Phase phase, String detail) {
    /** What the supervisor sees. */
    public enum Phase {
        /** It has been started and has not answered yet. */
        STARTING,
        RUNNING,
        /** It ended by itself or does not get up, and is being replaced. */
        RESTARTING,
        /** The database answers, but no server has come up for minutes. It is still tried now and then. */
        GAVE_UP
    }
}
