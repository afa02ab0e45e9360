package io.filemill.db.listing;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A listing that a node carries on.
 *
 * @param claim fencing token: each claim raises it, and only the holder of the current one may record files
 * @param roots the real paths of the folders that no link may leave
 * @param number which of the sources comes next
 * @param source that source, or null if there is none left
 * @param position where its walk goes on
 * @param linkedFolders of that walk
 */
public record ClaimedListing(
        UUID uploadTaskId,
        int claim,
        List<Path> roots,
        int number,
        @Nullable Source source,
        List<String> position,
        List<String> linkedFolders) {

    /** Whether a link may lead to a real path. */
    public boolean allows(Path real) {
        return roots.stream().anyMatch(real::startsWith);
    }
}
