package io.filemill.api.webhook;

import io.filemill.db.webhook.Attempt;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What came of one request to a webhook.
 *
 * @param retryAfter what the receiver asked for; null if nothing
 */
record Receipt(Attempt attempt, @Nullable Duration retryAfter) {
    private static final int GONE = 410;

    boolean succeeded() {
        return attempt.error() == null;
    }

    /** Whether the receiver wants nothing more for good. */
    boolean gone() {
        Integer status = attempt.responseStatus();
        return status != null && status == GONE;
    }
}
