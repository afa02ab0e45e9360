package io.filemill.db.task;

import org.jspecify.annotations.Nullable;

/**
 * A failed file and where its bytes are.
 *
 * @param item the item as submitted: a path, a name or any string
 * @param storedAs where the bytes lie in the file store, or null if they were not uploaded
 */
public record FailedFile(
        long id, String item, String filename, @Nullable String storedAs) {}
