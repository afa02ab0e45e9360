package io.filemill.db.document;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A document to store.
 *
 * @param userId whose it is
 * @param sha256 the digest of the bytes, lower-case hexadecimal
 * @param filename the name to show to people
 * @param mimetype the detected type
 * @param sizeBytes the file's length
 * @param pages pages, slides or sheets, or null if the format has none
 * @param warning one sentence about text that is missing, or null if it is all there
 * @param metadata what the file says about itself
 * @param fileTaskId the file task that stores it
 */
public record NewDocument(
        String userId,
        String sha256,
        String filename,
        String mimetype,
        long sizeBytes,
        @Nullable Integer pages,
        @Nullable String warning,
        Map<String, String> metadata,
        long fileTaskId) {}
