package io.filemill.db.document;

import java.util.Locale;

/** What kind of text a chunk is. */
public enum ChunkType {
    /** Running text. */
    TEXT,
    /** Rows of cells separated by tabs. */
    TABLE;

    /** The word that is stored and shown. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static ChunkType ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
