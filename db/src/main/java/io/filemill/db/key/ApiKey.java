package io.filemill.db.key;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an API key; not the key itself.
 *
 * @param hint how the key begins
 * @param owner the user that it stands for
 * @param name what people call it; may be empty
 * @param scopes what may be done with it: {@code knowledge:upload}, {@code knowledge:read:own}, {@code admin}
 * @param expiresAt from when on it is refused; null for never
 * @param lastUsedAt to the minute; null if never
 * @param revokedAt since when it is refused; null if it is not
 */
public record ApiKey(
        UUID id,
        String hint,
        String owner,
        String name,
        List<String> scopes,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastUsedAt,
        @Nullable Instant revokedAt) {

    static ApiKey of(ResultSet row, int number) throws SQLException {
        return new ApiKey(
                row.getObject("id", UUID.class),
                row.getString("hint"),
                row.getString("owner"),
                row.getString("name"),
                scopes(row),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "expires_at"),
                instant(row, "last_used_at"),
                instant(row, "revoked_at"));
    }

    static List<String> scopes(ResultSet row) throws SQLException {
        return List.of((String[]) row.getArray("scopes").getArray());
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }
}
