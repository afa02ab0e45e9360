package io.filemill.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How much work waits in the cluster, and who is there to do it.
 *
 * @param ready files that a slot could run now
 * @param pendingLater files that wait for their time
 * @param paused files that wait until something is resumed
 * @param oldestReadyAgeSeconds how long the oldest ready file has been due
 */
public record QueueFigures(
        long ready,
        long running,
        long pendingLater,
        long paused,
        @Nullable Instant oldestReadyAt,
        double oldestReadyAgeSeconds,
        long slotsTotal,
        long slotsFree,
        Nodes nodes) {
    /** Nodes by their status. */
    public record Nodes(long active, long draining, long lost, long stopped) {}
}
