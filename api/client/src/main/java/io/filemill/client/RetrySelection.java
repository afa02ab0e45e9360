package io.filemill.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which failed files to run again: those that every given member takes. Null takes any.
 *
 * @param retryable only those whose failure may pass, or only the others
 */
public record RetrySelection(
        @Nullable List<String> errorCodes,
        @Nullable Boolean retryable,
        @Nullable List<Long> fileIds,
        @Nullable List<String> items) {
    /** All failed files that no user cancelled. */
    public static final RetrySelection ALL_FAILED = new RetrySelection(null, null, null, null);

    /** Those with one of these codes. */
    public static RetrySelection ofErrorCodes(String... codes) {
        return new RetrySelection(List.of(codes), null, null, null);
    }
}
