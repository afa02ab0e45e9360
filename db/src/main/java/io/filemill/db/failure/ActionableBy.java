package io.filemill.db.failure;

/** Who can do something about a failure. The names are the words in the database and on the wire. */
public enum ActionableBy {
    /** Who submitted the file, for example by removing its password. */
    USER_ACTIONABLE,
    /** Who runs the service, for example by permitting access to a folder. */
    ADMIN_ACTIONABLE,
    /** Nobody needs to: it may pass by itself. */
    RETRYABLE
}
