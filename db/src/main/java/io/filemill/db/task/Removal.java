package io.filemill.db.task;

/** What became of the wish to delete a task. */
public enum Removal {
    /** Nobody sees it any more. */
    REMOVED,
    /** The user has no such task. */
    NOT_FOUND,
    /** It has not ended, so nothing was done. */
    IN_PROGRESS
}
