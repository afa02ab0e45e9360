package io.filemill.db.task;

import io.filemill.db.failure.Component;
import io.filemill.db.failure.Failure;
import io.filemill.db.failure.Phase;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import tools.jackson.databind.JsonNode;

/**
 * The end of one file's run.
 *
 * @param attempt the token that the claim gave; an older one changes nothing
 * @param status a final one
 * @param sha256 the digest of its content if the run has found it
 * @param waited how long the run waited between its claim and its start
 * @param failure set exactly when the status is {@link TaskStatus#FAILED}
 */
public record FinishedFile(
        long id,
        int attempt,
        TaskStatus status,
        @Nullable JsonNode result,
        @Nullable String sha256,
        Duration waited,
        @Nullable Failure failure) {

    /** A file that was processed or skipped. */
    public static FinishedFile with(long id, int attempt, TaskStatus status, JsonNode result) {
        return new FinishedFile(id, attempt, status, result, null, Duration.ZERO, null);
    }

    /** A file that failed for good. */
    public static FinishedFile failed(long id, int attempt, Failure failure) {
        return new FinishedFile(id, attempt, TaskStatus.FAILED, null, null, Duration.ZERO, failure);
    }

    /** The same with the digest of the content. */
    public FinishedFile withSha256(@Nullable String digest) {
        return new FinishedFile(id, attempt, status, result, digest, waited, failure);
    }

    /** The same for a run that began some time after its claim. */
    public FinishedFile withWait(Duration time) {
        return new FinishedFile(id, attempt, status, result, sha256, time, failure);
    }

    /** A file whose result the database refuses, for the given reason. */
    public static FinishedFile notStored(long id, int attempt, Throwable reason) {
        return failed(
                id,
                attempt,
                Failure.ofInstallation(
                        "NOT_STORED",
                        Component.INDEX,
                        Phase.INDEXING,
                        "The result of the file could not be stored: "
                                + NestedExceptionUtils.getMostSpecificCause(reason)
                                        .getMessage()));
    }
}
