package io.filemill.db.document;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A document as it is stored.
 *
 * @param sha256 the digest of the bytes, lower-case hexadecimal
 * @param filename the name of the latest upload that stored it
 * @param mimetype the detected type
 * @param sizeBytes the file's length
 * @param pages pages, slides or sheets, or null if the format has none
 * @param chunks how many chunks it has
 * @param warning one sentence about text that is missing, or null if it is all there
 * @param fileTaskId the file task that stored it last
 * @param updatedAt when it was stored last
 */
public record StoredDocument(
        String sha256,
        String filename,
        String mimetype,
        long sizeBytes,
        @Nullable Integer pages,
        int chunks,
        @Nullable String warning,
        long fileTaskId,
        Instant updatedAt) {}
