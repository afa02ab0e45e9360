package io.filemill.db.token;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The token with which a user signed in. Shows itself to nobody who does not ask for its {@link #value}. */
public final class UserToken {
    private final String value;
    private final @Nullable Instant expiresAt;

    /**
     * @param expiresAt from when on nobody accepts it; null if that is not known
     */
    public UserToken(String value, @Nullable Instant expiresAt) {
        this.value = value;
        this.expiresAt = expiresAt;
    }

    /** The token itself, for the header {@code Authorization: Bearer}. Never log it and never put it into a result. */
    public String value() {
        return value;
    }

    /** From when on nobody accepts it; null if that is not known. */
    public @Nullable Instant expiresAt() {
        return expiresAt;
    }

    @Override
    public String toString() {
        return "UserToken[hidden]";
    }
}
