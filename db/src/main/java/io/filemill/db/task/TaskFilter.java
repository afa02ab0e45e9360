package io.filemill.db.task;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks of a user a reader wants: those that every given part takes; null stands for any.
 *
 * @param outcome {@code success}, {@code partial}, {@code failed} or {@code cancelled}
 * @param createdFrom the first time that is taken
 * @param createdBefore the first later time that is not
 */
public record TaskFilter(
        @Nullable TaskStatus status,
        @Nullable String outcome,
        @Nullable Instant createdFrom,
        @Nullable Instant createdBefore) {
    /** Takes every task. */
    public static final TaskFilter ALL = new TaskFilter(null, null, null, null);
}
