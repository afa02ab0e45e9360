package io.filemill.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of what a search found.
 *
 * @param total how many passages match in all
 */
public record SearchResult(long total, List<Hit> hits) {
    /**
     * A passage that matches.
     *
     * @param documentId the digest of its content, which the {@code id} in the result of a file is too
     * @param page in documents that have pages
     * @param part a sheet, slide or member in documents that have such
     * @param snippet plain text with {@code **} around the words that match
     */
    public record Hit(
            String documentId,
            String filename,
            String mimetype,
            @Nullable Integer page,
            @Nullable String part,
            int chunk,
            String type,
            String snippet,
            double score) {}
}
