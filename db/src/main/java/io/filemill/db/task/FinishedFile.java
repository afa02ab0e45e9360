package io.filemill.db.task;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The end of one file's run.
 *
 * @param attempt the token that the claim gave; an older one changes nothing
 * @param status a final one
 * @param errorCode set exactly when the status is {@link TaskStatus#FAILED}, like the error
 */
public record FinishedFile(
        long id,
        int attempt,
        TaskStatus status,
        @Nullable JsonNode result,
        @Nullable String errorCode,
        @Nullable String error) {

    /** A file that was processed or skipped. */
    public static FinishedFile with(long id, int attempt, TaskStatus status, JsonNode result) {
        return new FinishedFile(id, attempt, status, result, null, null);
    }

    /** A file that failed for good. */
    public static FinishedFile failed(long id, int attempt, String errorCode, String error) {
        return new FinishedFile(id, attempt, TaskStatus.FAILED, null, errorCode, error);
    }
}
