package io.filemill.db.task;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An upload to accept.
 *
 * @param id chosen by the caller, who has stored the uploaded bytes under it
 * @param settings a JSON object for the processor
 * @param priority 0 to 9; 9 runs first
 * @param notBefore when its first file may start, by the clock of the database; null for at once
 */
public record NewUploadTask(
        UUID id,
        String userId,
        String processor,
        JsonNode settings,
        int priority,
        TaskLimits limits,
        @Nullable Instant notBefore) {
    /** The priority of a task that asks for none. */
    public static final int DEFAULT_PRIORITY = 5;

    /** A task that may start at once. */
    public NewUploadTask(UUID id, String userId, String processor, JsonNode settings, int priority, TaskLimits limits) {
        this(id, userId, processor, settings, priority, limits, null);
    }
}
