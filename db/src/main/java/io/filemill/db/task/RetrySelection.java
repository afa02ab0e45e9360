package io.filemill.db.task;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which failed files of a task to try again: those that every given part takes; null takes all.
 *
 * @param errorCodes files that failed with one of these codes
 * @param retryable files whose failure may pass by itself, or those whose failure does not
 * @param ids files with these ids
 * @param items files with these items
 */
public record RetrySelection(
        @Nullable List<String> errorCodes,
        @Nullable Boolean retryable,
        @Nullable List<Long> ids,
        @Nullable List<String> items) {
    /** All failed files that no user cancelled. */
    public static final RetrySelection ALL_FAILED = new RetrySelection(null, null, null, null);
}
