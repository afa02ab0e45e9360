package io.filemill.db.task;

import java.time.Instant;

/**
 * What the queue was like in a stretch of time, on average.
 *
 * @param at when the stretch began
 * @param finishedPerSecond files that ended, failed ones included
 */
public record QueueSample(
        Instant at,
        long ready,
        long running,
        long pendingLater,
        long paused,
        long slotsTotal,
        double finishedPerSecond,
        double failedPerSecond) {}
