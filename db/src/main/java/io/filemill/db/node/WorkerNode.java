package io.filemill.db.node;

import java.time.Instant;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * A worker node as a reader sees it.
 *
 * @param status {@code active}, {@code draining}, {@code stopped}, or {@code lost} when its lease has run out
 * @param busySlots how many files it runs now
 */
public record WorkerNode(
        UUID id,
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
