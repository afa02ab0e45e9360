package io.filemill.db.task;

/**
 * What monitoring asks of the whole cluster, at one instant.
 *
 * @param jobsEnqueued JobRunr jobs that wait to be fetched
 * @param jobsProcessing JobRunr jobs that a node holds or runs
 * @param driftingTasks tasks whose counters were found to differ from their files, at the last comparison
 */
public record ClusterFigures(QueueStatistics queue, long jobsEnqueued, long jobsProcessing, int driftingTasks) {}
