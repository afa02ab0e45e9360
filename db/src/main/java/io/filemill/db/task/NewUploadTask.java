package io.filemill.db.task;

import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * An upload to accept.
 *
 * @param id chosen by the caller, who has stored the uploaded bytes under it
 * @param settings a JSON object for the processor
 * @param priority 0 to 9; 9 runs first
 */
public record NewUploadTask(
        UUID id, String userId, String processor, JsonNode settings, int priority, TaskLimits limits) {
    /** The priority of a task that asks for none. */
    public static final int DEFAULT_PRIORITY = 5;
}
