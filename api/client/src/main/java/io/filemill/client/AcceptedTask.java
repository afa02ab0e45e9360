package io.filemill.client;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the server answers to a submission: its rows are committed, and nothing of it is lost any more.
 *
 * @param totalFiles those that were found so far, if it is being prepared
 * @param duplicatesIgnored how many items named one that the request had already
 * @param preparing whether a node lists more files of it
 * @param ignoredFiles how many listed files and folders were left out on purpose
 * @param ignored the first of them; null if nothing was listed
 */
public record AcceptedTask(
        UUID taskId,
        int totalFiles,
        int duplicatesIgnored,
        boolean preparing,
        long ignoredFiles,
        @Nullable List<Ignored> ignored) {
    /** A file or folder that was left out, with the reason. */
    public record Ignored(String item, String reason) {}
}
