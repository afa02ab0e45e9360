package io.filemill.api.security;

import io.filemill.db.token.UserToken;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request.
 *
 * @param userId whose tasks it is about
 * @param scopes what may be done
 * @param by how the caller said who it is
 * @param keyId the API key, if it was one
 * @param token the token of the identity provider, if it was one
 */
public record Caller(
        String userId,
        Set<Scope> scopes,
        SignIn by,
        @Nullable UUID keyId,
        @Nullable UserToken token) {
    /** How a caller says who it is. */
    public enum SignIn {
        NONE,
        API_KEY,
        JWT,
        TICKET
    }

    static final Caller ANONYMOUS =
            new Caller(CurrentUser.ANONYMOUS, EnumSet.allOf(Scope.class), SignIn.NONE, null, null);

    /** The words of its scopes. */
    public List<String> scopeWords() {
        return scopes.stream().sorted().map(Scope::word).toList();
    }
}
