package io.filemill.db.webhook;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What became of telling one webhook of one event.
 *
 * @param eventId the same for all webhooks that are told of the event, and for all attempts
 * @param taskId null for a ping
 * @param sequence grows with each event of the task; 0 for a ping
 * @param status {@code pending}, {@code delivered} or {@code failed}
 * @param nextAttemptAt when it is tried, if it is pending
 * @param responseStatus what the last attempt was answered with; null if there was no answer
 * @param durationMs how long the last attempt took
 * @param error why the last attempt failed
 */
public record Delivery(
        long id,
        UUID webhookId,
        UUID eventId,
        String eventType,
        @Nullable UUID taskId,
        int sequence,
        String payload,
        String status,
        int attempts,
        Instant nextAttemptAt,
        @Nullable Instant lastAttemptAt,
        @Nullable Integer responseStatus,
        @Nullable Integer durationMs,
        @Nullable String error,
        Instant createdAt,
        @Nullable Instant deliveredAt) {

    static Delivery of(ResultSet row, int rowNumber) throws SQLException {
        return new Delivery(
                row.getLong("id"),
                row.getObject("webhook_id", UUID.class),
                row.getObject("event_id", UUID.class),
                row.getString("event_type"),
                row.getObject("upload_task_id", UUID.class),
                row.getInt("sequence"),
                row.getString("payload"),
                row.getString("status"),
                row.getInt("attempts"),
                row.getObject("next_attempt_at", OffsetDateTime.class).toInstant(),
                Webhook.optionalInstant(row, "last_attempt_at"),
                row.getObject("response_status", Integer.class),
                row.getObject("duration_ms", Integer.class),
                row.getString("error"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                Webhook.optionalInstant(row, "delivered_at"));
    }
}
