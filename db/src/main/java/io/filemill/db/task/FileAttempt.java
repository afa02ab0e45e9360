package io.filemill.db.task;

import io.filemill.db.failure.Failure;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run of a file that was followed by another one.
 *
 * @param node the name of the node that ran it, if it is still known
 * @param ended {@code failed}, {@code postponed} (a service asked to be called later), {@code released} (the node gave the file back),
 *     {@code crashed} (the node died) or {@code cancelled}
 * @param failure why, unless the file was not at fault
 */
public record FileAttempt(
        int attempt,
        @Nullable String node,
        @Nullable Instant startedAt,
        Instant endedAt,
        String ended,
        @Nullable Failure failure) {

    static FileAttempt of(ResultSet row, int rowNumber) throws SQLException {
        return new FileAttempt(
                row.getInt("attempt"),
                row.getString("node"),
                Columns.optionalInstant(row, "started_at"),
                Columns.instant(row, "ended_at"),
                row.getString("ended"),
                Failure.ofRow(row));
    }
}
