package io.filemill.db.webhook;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An address that a user wants to be told of tasks, without its secret.
 *
 * @param events the types of events that it is told of
 * @param enabled whether it is told of anything
 * @param disabledReason {@code gone} or {@code failing}; null if it is enabled or its user disabled it
 * @param failingSince the first failed attempt after the last success; null while it works
 * @param previousSecretUntil until when the secret before the last rotation signs too; null if there is none
 */
public record Webhook(
        UUID id,
        String url,
        List<String> events,
        String description,
        boolean enabled,
        @Nullable String disabledReason,
        @Nullable Instant failingSince,
        @Nullable Instant previousSecretUntil,
        Instant createdAt,
        Instant updatedAt) {

    static Webhook of(ResultSet row, int rowNumber) throws SQLException {
        return new Webhook(
                row.getObject("id", UUID.class),
                row.getString("url"),
                List.of((String[]) row.getArray("events").getArray()),
                row.getString("description"),
                row.getBoolean("enabled"),
                row.getString("disabled_reason"),
                optionalInstant(row, "failing_since"),
                optionalInstant(row, "previous_secret_until"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }

    static @Nullable Instant optionalInstant(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }
}
