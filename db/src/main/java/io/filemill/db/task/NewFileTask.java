package io.filemill.db.task;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A file to accept.
 *
 * @param item the path, name or string that identifies the file in its upload; a repeated one is ignored and counted
 * @param filename the name to show to people
 * @param storedAs where the bytes lie in the file store, or null if they were not uploaded
 */
public record NewFileTask(
        String item,
        String filename,
        @Nullable String storedAs,
        @Nullable Long sizeBytes,
        @Nullable String sha256) {
    /** What an index entry of PostgreSQL holds. */
    public static final int MAX_ITEM_BYTES = 2048;

    /** Whether a text has more bytes than an item may have. */
    public static boolean isTooLong(String item) {
        return item.getBytes(StandardCharsets.UTF_8).length > MAX_ITEM_BYTES;
    }

    /** A file whose bytes stay where they are, or an item that is no file. */
    public static NewFileTask notStored(String item, String filename) {
        return new NewFileTask(item, filename, null, null, null);
    }
}
