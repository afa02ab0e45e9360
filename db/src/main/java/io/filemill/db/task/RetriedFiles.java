package io.filemill.db.task;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a retry did.
 *
 * @param retried how many files wait again
 * @param skippedCount how many files could not be taken
 * @param skipped the first thousand of them
 */
public record RetriedFiles(int retried, int skippedCount, List<Skipped> skipped) {
    /**
     * A file that could not be taken.
     *
     * @param fileId null if it was named by its item
     * @param item null if it was named by an id that the task does not have
     * @param reason {@code file_not_in_task}, {@code not_failed} or {@code source_file_missing}
     */
    public record Skipped(
            @Nullable Long fileId,
            @Nullable String item,
            @Nullable String filename,
            String reason) {}
}
