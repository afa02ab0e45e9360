package io.filemill.db.task;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How much work waits in the whole cluster, and who is there to do it, at one instant.
 *
 * @param ready files that a slot could run now
 * @param running files that a node runs
 * @param pendingLater files that wait for their time: of their next attempt, counted up to 20 000, more count as ready; or of their task
 * @param paused files that wait until their task, their user, their processor or the cluster is resumed
 * @param oldestReadyAt since when the oldest ready file has been due; null when there is none
 * @param oldestReadyAgeSeconds how long that is, 0 when there is none
 * @param slotsTotal slots of active nodes
 * @param slotsFree those of them that run nothing
 * @param nodesLost nodes whose lease has run out
 */
public record QueueStatistics(
        long ready,
        long running,
        long pendingLater,
        long paused,
        @Nullable Instant oldestReadyAt,
        double oldestReadyAgeSeconds,
        long slotsTotal,
        long slotsFree,
        long nodesActive,
        long nodesDraining,
        long nodesLost,
        long nodesStopped) {}
