package io.filemill.client;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What became of a request to run failed files again.
 *
 * @param retried how many wait again
 * @param skippedFiles how many could not be taken
 * @param skipped the first thousand of them with the reason
 */
public record RetriedTask(UUID taskId, int retried, int skippedFiles, List<Skipped> skipped) {
    /**
     * A file that was not taken.
     *
     * @param reason {@code file_not_in_task}, {@code not_failed} or {@code source_file_missing}
     */
    public record Skipped(
            @Nullable Long fileId,
            @Nullable String item,
            @Nullable String filename,
            String reason) {}
}
