package io.filemill.db.failure;

import java.util.Locale;

/** What was being done when the failure happened, in OpenRAG's words. */
public enum Phase {
    FILE_VALIDATION,
    PARSING,
    CHUNKING,
    EMBEDDING,
    INDEXING,
    CANCELLED,
    UNKNOWN;

    /** The word in the database and on the wire. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
