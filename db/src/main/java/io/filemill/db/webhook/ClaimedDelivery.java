package io.filemill.db.webhook;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that the caller alone may send until its lease ends.
 *
 * @param attempt fences off whoever held it before
 * @param failures attempts that failed since it was queued
 * @param secret as it is stored
 * @param previousSecret the one before a rotation as it is stored, if it still signs too
 * @param claimedAt the time of the database
 */
public record ClaimedDelivery(
        long id,
        int attempt,
        int failures,
        UUID webhookId,
        UUID eventId,
        String payload,
        String url,
        String secret,
        @Nullable String previousSecret,
        Instant claimedAt) {}
