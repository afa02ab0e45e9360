package io.filemill.api.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The API keys of a server, or of a database on this machine. */
public interface Keyring extends AutoCloseable {
    /** Makes a key, whose {@link Key#key} is shown this once. */
    Key create(NewKey key) throws IOException;

    /** All keys, newest first. */
    List<Key> list() throws IOException;

    /**
     * Refuses a key from now on.
     *
     * @throws CommandFailure if there is none with this id
     */
    Key revoke(String id) throws IOException;

    @Override
    void close();

    /**
     * A key to make; the JSON that asks a server for it.
     *
     * @param expiresInDays null for never
     */
    record NewKey(
            String owner,
            String name,
            List<String> scopes,
            @Nullable Integer expiresInDays) {}

    /**
     * What is known of a key; the JSON of a server.
     *
     * @param hint how it begins
     * @param key the key itself, if it was just made
     */
    record Key(
            String id,
            String hint,
            String owner,
            String name,
            List<String> scopes,
            String createdAt,
            @Nullable String expiresAt,
            @Nullable String lastUsedAt,
            @Nullable String revokedAt,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String key) {}

    /** The JSON of a server's list. */
    record Keys(List<Key> keys) {}
}
