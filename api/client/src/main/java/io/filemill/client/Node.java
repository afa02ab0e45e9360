package io.filemill.client;

import java.time.Instant;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * A worker process.
 *
 * @param status {@code active}, {@code draining}, {@code stopped} or {@code lost}
 * @param slots how many files it runs at once
 * @param capacityReason why it has this many
 */
public record Node(
        UUID nodeId,
        String name,
        String host,
        long pid,
        String version,
        String status,
        int slots,
        int busySlots,
        int cpus,
        long memoryBytes,
        JsonNode gpus,
        String capacityReason,
        Instant startedAt,
        Instant heartbeatAt) {}
