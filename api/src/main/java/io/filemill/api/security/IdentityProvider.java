package io.filemill.api.security;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.filemill.db.token.UserToken;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Checks tokens of an OpenID Connect provider: algorithm, signature, type, issuer, audience and time. Its keys are fetched with the first
 * token, again after five minutes, and for a token whose key is not known at most twice in ten seconds. While it is away, the keys that are
 * known are good for an hour. Safe for use by several threads.
 */
final class IdentityProvider {
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(30);
    private static final Duration FETCH_INTERVAL = Duration.ofSeconds(10);
    private static final Duration OUTAGE = Duration.ofHours(1);
    private static final int FETCH_MILLISECONDS = 5000;
    private static final int FETCH_BYTES = 1 << 20;
    private static final int MAX_USER_ID = 255;

    private final AuthProperties.Jwt settings;
    private final Set<JWSAlgorithm> algorithms;
    private @Nullable JwtDecoder decoder;

    /**
     * @throws IllegalStateException if the settings are not enough or not safe
     */
    IdentityProvider(AuthProperties.Jwt settings) {
        if (settings.issuer().isBlank()) {
            throw new IllegalStateException("FILEMILL_JWT_JWK_SET_URI needs FILEMILL_JWT_ISSUER beside it.");
        }
        if (settings.audience().isEmpty()) {
            throw new IllegalStateException(
                    "FILEMILL_JWT_AUDIENCE is not set. Without it, tokens that were made for other services would be accepted.");
        }
        this.settings = settings;
        this.algorithms =
                settings.algorithms().stream().map(IdentityProvider::algorithm).collect(Collectors.toUnmodifiableSet());
    }

    /** With a shared secret or without a signature, whoever can check a token can make one. */
    private static JWSAlgorithm algorithm(String name) {
        var algorithm = new JWSAlgorithm(name.strip());
        if (!JWSAlgorithm.Family.RSA.contains(algorithm) && !JWSAlgorithm.Family.EC.contains(algorithm)) {
            throw new IllegalStateException(
                    "FILEMILL_JWT_ALGORITHMS may name RS, PS and ES algorithms, but not " + name + ".");
        }
        return algorithm;
    }

    /**
     * Whom a token stands for.
     *
     * @throws InvalidBearerTokenException if it is not accepted
     * @throws AuthenticationServiceException if the keys cannot be had
     */
    Caller caller(String token) {
        Jwt jwt;
        try {
            jwt = decoder().decode(token);
        } catch (JwtValidationException e) {
            String reasons = e.getErrors().stream()
                    .map(OAuth2Error::getDescription)
                    .filter(Objects::nonNull)
                    .distinct()
                    .collect(Collectors.joining("; "));
            throw new InvalidBearerTokenException(reasons + ".", e);
        } catch (BadJwtException e) {
            throw new InvalidBearerTokenException(
                    "It is no token that is signed by the identity provider " + settings.issuer() + ".", e);
        } catch (JwtException e) {
            throw new AuthenticationServiceException("The keys of the identity provider cannot be had", e);
        }
        return new Caller(
                userId(jwt),
                Scope.among(scopes(jwt)),
                Caller.SignIn.JWT,
                null,
                new UserToken(token, jwt.getExpiresAt()));
    }

    private String userId(Jwt jwt) {
        Object claim = jwt.getClaims().get(settings.userClaim());
        if (claim instanceof String user
                && !user.isBlank()
                && user.length() <= MAX_USER_ID
                && user.chars().noneMatch(Character::isISOControl)
                && !user.equals(CurrentUser.ANONYMOUS)) {
            return user;
        }
        throw new InvalidBearerTokenException("Its claim " + settings.userClaim() + " is not the id of a user.");
    }

    private List<String> scopes(Jwt jwt) {
        Object claim = jwt.getClaims().get(settings.scopeClaim());
        if (claim instanceof Collection<?> words) {
            return words.stream().map(String::valueOf).toList();
        }
        return claim instanceof String words ? List.of(words.strip().split("\\s+")) : List.of();
    }

    private synchronized JwtDecoder decoder() {
        JwtDecoder known = decoder;
        if (known == null) {
            known = newDecoder();
            decoder = known;
        }
        return known;
    }

    private JwtDecoder newDecoder() {
        var retriever = new DefaultResourceRetriever(FETCH_MILLISECONDS, FETCH_MILLISECONDS, FETCH_BYTES);
        JWKSource<SecurityContext> keys = JWKSourceBuilder.create(jwkSet(retriever), retriever)
                .refreshAheadCache(false)
                .rateLimited(FETCH_INTERVAL.toMillis())
                .outageTolerant(OUTAGE.toMillis())
                .build();
        var processor = new DefaultJWTProcessor<SecurityContext>();
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithms, keys));
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWTClaimsSetVerifier((claims, context) -> {}); // the validators below do it
        var nimbus = new NimbusJwtDecoder(processor);
        Set<String> audience = new HashSet<>(settings.audience());
        nimbus.setJwtValidator(new DelegatingOAuth2TokenValidator<>(
                new JwtIssuerValidator(settings.issuer()),
                new JwtTimestampValidator(CLOCK_SKEW),
                new JwtClaimValidator<Object>(JwtClaimNames.EXP, Objects::nonNull),
                new JwtClaimValidator<Collection<String>>(
                        JwtClaimNames.AUD,
                        claim -> claim != null && claim.stream().anyMatch(audience::contains))));
        return nimbus;
    }

    private URL jwkSet(DefaultResourceRetriever retriever) {
        try {
            return settings.jwkSetUri().isBlank() ? discover(retriever) : url(settings.jwkSetUri());
        } catch (IOException | JacksonException e) {
            throw new AuthenticationServiceException(
                    "The identity provider " + settings.issuer() + " cannot be asked", e);
        }
    }

    private URL discover(DefaultResourceRetriever retriever) throws IOException {
        String issuer = settings.issuer();
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        JsonNode about = JsonMapper.shared()
                .readTree(retriever
                        .retrieveResource(url(base + "/.well-known/openid-configuration"))
                        .getContent());
        if (!about.path("issuer").asString("").equals(issuer)) {
            throw new IOException("it calls itself " + about.path("issuer").asString("nothing"));
        }
        return url(about.path("jwks_uri").asString(""));
    }

    private static URL url(String text) throws MalformedURLException {
        try {
            return URI.create(text).toURL();
        } catch (IllegalArgumentException e) {
            throw new MalformedURLException("not an address: " + text);
        }
    }
}
