package io.filemill.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * One line of a manifest: either a path that the server's workers can read, or an item that the processor understands.
 *
 * @param filename what people see; null for a name made of the path or item
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ManifestEntry(
        @Nullable String path,
        @Nullable String item,
        @Nullable String filename) {
    /** A file inside the server's ingest roots. */
    public static ManifestEntry path(String path) {
        return new ManifestEntry(path, null, null);
    }

    /** Any string that the processor understands. */
    public static ManifestEntry item(String item) {
        return new ManifestEntry(null, item, null);
    }
}
