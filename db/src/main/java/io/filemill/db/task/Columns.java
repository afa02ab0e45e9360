package io.filemill.db.task;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How columns become Java values. */
final class Columns {
    private static final JsonMapper JSON = new JsonMapper();

    private Columns() {}

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    static @Nullable Instant optionalInstant(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    static JsonNode json(ResultSet row, String column) throws SQLException {
        return JSON.readTree(row.getString(column));
    }

    static @Nullable JsonNode optionalJson(ResultSet row, String column) throws SQLException {
        String value = row.getString(column);
        return value == null ? null : JSON.readTree(value);
    }
}
