package io.filemill.db.task;

import io.filemill.db.failure.Failure;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The end of one file's run.
 *
 * @param attempt the token that the claim gave; an older one changes nothing
 * @param status a final one
 * @param sha256 the digest of its content if the run has found it
 * @param failure set exactly when the status is {@link TaskStatus#FAILED}
 */
public record FinishedFile(
        long id,
        int attempt,
        TaskStatus status,
        @Nullable JsonNode result,
        @Nullable String sha256,
        @Nullable Failure failure) {

    /** A file that was processed or skipped. */
    public static FinishedFile with(long id, int attempt, TaskStatus status, JsonNode result) {
        return new FinishedFile(id, attempt, status, result, null, null);
    }

    /** A file that failed for good. */
    public static FinishedFile failed(long id, int attempt, Failure failure) {
        return new FinishedFile(id, attempt, TaskStatus.FAILED, null, null, failure);
    }

    /** The same with the digest of the content. */
    public FinishedFile withSha256(@Nullable String digest) {
        return new FinishedFile(id, attempt, status, result, digest, failure);
    }
}
