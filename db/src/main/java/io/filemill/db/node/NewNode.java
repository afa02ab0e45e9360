package io.filemill.db.node;

import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * A worker process that starts.
 *
 * @param id also the id of its JobRunr server, so that a job tells which node fetched it
 * @param slots how many files it runs at once
 * @param gpus a JSON array of what it may use
 * @param capacityReason why it has this many slots
 */
public record NewNode(
        UUID id,
        String name,
        String host,
        long pid,
        String version,
        int slots,
        int cpus,
        long memoryBytes,
        JsonNode gpus,
        String capacityReason) {}
