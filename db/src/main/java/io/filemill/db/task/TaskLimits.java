package io.filemill.db.task;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * How far the files of one task may go; null stands for the setting of the node that runs them.
 *
 * @param timeoutSeconds how long one run may take
 * @param stallTimeoutSeconds how long a run may make no progress
 * @param maxAttempts how often a file is tried whose failures may pass
 */
public record TaskLimits(
        @Nullable Integer timeoutSeconds,
        @Nullable Integer stallTimeoutSeconds,
        @Nullable Integer maxAttempts) {
    /** The settings of the node. */
    public static final TaskLimits OF_THE_NODE = new TaskLimits(null, null, null);

    static TaskLimits of(ResultSet row) throws SQLException {
        return new TaskLimits(
                row.getObject("timeout_seconds", Integer.class),
                row.getObject("stall_timeout_seconds", Integer.class),
                row.getObject("max_attempts", Integer.class));
    }
}
