package io.filemill.db.failure;

import com.fasterxml.jackson.annotation.JsonValue;
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
    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
