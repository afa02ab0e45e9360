package io.filemill.client;

import java.util.UUID;

/**
 * A task that is cancelled, by this call or before.
 *
 * @param cancelledFiles how many files this call stopped
 */
public record CancelledTask(UUID taskId, int cancelledFiles) {}
