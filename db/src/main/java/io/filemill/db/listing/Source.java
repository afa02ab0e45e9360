package io.filemill.db.listing;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A folder whose files a task is to have.
 *
 * @param folder a real path
 * @param glob which files below the folder are wanted, or null for all; {@link Selection#of} takes it
 */
public record Source(String folder, @Nullable String glob) {
    Selection selection() {
        return glob == null ? Selection.EVERYTHING : Selection.of(Path.of(glob));
    }
}
