package io.filemill.db.webhook;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt to deliver went.
 *
 * @param responseStatus null if there was no answer
 * @param error null if it succeeded
 */
public record Attempt(
        @Nullable Integer responseStatus,
        Duration duration,
        @Nullable String error) {}
