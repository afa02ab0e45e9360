package io.filemill.api.security;

import java.util.List;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may do what. {@code filemill.auth.mode} says whether callers must sign in at all; see {@link AccessMode}.
 *
 * @param openOnNetwork whether a server to which nobody signs in may listen on an address that other machines reach
 * @param allowedHosts names under which a server to which nobody signs in may be called; {@code *} for any
 * @param shareAnonymous what users may do with the tasks of the anonymous user
 * @param trustedProxies addresses and networks whose {@code X-Forwarded-For} is believed
 * @param tokenProcessors processors for whose tasks the token of the user is kept
 * @param jwt the identity provider
 */
@ConfigurationProperties("filemill.auth")
public record AuthProperties(
        @DefaultValue("false") boolean openOnNetwork,
        @DefaultValue List<String> allowedHosts,
        @DefaultValue("none") Sharing shareAnonymous,
        @DefaultValue List<String> trustedProxies,
        @DefaultValue Set<String> tokenProcessors,
        @DefaultValue Jwt jwt) {

    /** What users may do with the tasks of the anonymous user, besides their own. */
    public enum Sharing {
        /** Nothing; they are another user's. */
        NONE,
        /** See them. */
        READ,
        /** See and cancel them, as with OpenRAG. */
        CANCEL
    }

    /**
     * The identity provider whose tokens are accepted.
     *
     * @param issuer what {@code iss} must be; also where its keys are found, unless {@code jwkSetUri} says so; empty for none
     * @param jwkSetUri where its keys are; empty to ask the issuer
     * @param audience one of which must be in {@code aud}
     * @param algorithms by which tokens may be signed
     * @param userClaim the claim with the id of the user
     * @param scopeClaim the claim with the scopes: a list, or words with spaces between
     */
    public record Jwt(
            @DefaultValue("") String issuer,
            @DefaultValue("") String jwkSetUri,
            @DefaultValue List<String> audience,
            @DefaultValue({"RS256", "PS256", "ES256"}) Set<String> algorithms,
            @DefaultValue("sub") String userClaim,
            @DefaultValue("scope") String scopeClaim) {}
}
