package io.filemill.db.audit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A row of the audit log; the members are those of {@link AuditEntry}. */
public record AuditEvent(
        long id,
        Instant happenedAt,
        String userId,
        @Nullable UUID keyId,
        String client,
        String action,
        String subject,
        JsonNode detail) {

    static AuditEvent of(ResultSet row, int number) throws SQLException {
        return new AuditEvent(
                row.getLong("id"),
                row.getObject("happened_at", OffsetDateTime.class).toInstant(),
                row.getString("user_id"),
                row.getObject("key_id", UUID.class),
                row.getString("client"),
                row.getString("action"),
                row.getString("subject"),
                JsonMapper.shared().readTree(row.getString("detail")));
    }
}
