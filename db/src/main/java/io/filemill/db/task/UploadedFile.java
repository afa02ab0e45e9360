package io.filemill.db.task;

/**
 * The bytes of a file that came with its submission.
 *
 * @param id of the file task
 * @param storedAs where they lie in the file store
 */
public record UploadedFile(long id, String storedAs, long sizeBytes, String sha256) {}
