package io.filemill.db.queue;

/**
 * What a client names a submission, so that it may send it again without making a second task.
 *
 * @param key 1 to 255 characters, the client's choice
 * @param requestSha256 a digest of all that was asked for; the same key with another digest is a mistake of the client
 */
public record IdempotencyKey(String key, String requestSha256) {}
