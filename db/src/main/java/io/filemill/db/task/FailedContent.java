package io.filemill.db.task;

/**
 * Content that failed before.
 *
 * @param fileTaskId the file task that failed last; may be purged by now
 * @param filename what it was called there
 */
public record FailedContent(long fileTaskId, String filename, String errorCode, String error) {}
