package io.filemill.api.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;

/** Tokens of an identity provider whose keys are really fetched. */
class IdentityProviderTest {
    private final Issuer issuer = new Issuer();
    private final ECKey key = Issuer.newKey("one");
    private final IdentityProvider provider = provider(Set.of("ES256"), "");

    @BeforeEach
    void publish() {
        issuer.publish(key);
    }

    @AfterEach
    void stop() {
        issuer.close();
    }

    private IdentityProvider provider(Set<String> algorithms, String jwkSetUri) {
        return new IdentityProvider(
                new AuthProperties.Jwt(issuer.url(), jwkSetUri, List.of(Issuer.AUDIENCE), algorithms, "sub", "scope"));
    }

    private void assertRefused(String token) {
        assertThatThrownBy(() -> provider.caller(token)).isInstanceOf(InvalidBearerTokenException.class);
    }

    @Test
    void aGoodTokenTellsWhoCallsAndWhatTheyMayDo() {
        Caller caller = provider.caller(issuer.token(key, "ann", "openid knowledge:upload knowledge:read:own"));
        assertThat(caller.userId()).isEqualTo("ann");
        assertThat(caller.scopes()).containsExactly(Scope.UPLOAD, Scope.READ_OWN);
        assertThat(caller.token()).isNotNull();
        assertThat(caller.toString()).contains("hidden");
        String withList = Issuer.sign(
                key,
                issuer.claims("bob", "").claim("scope", List.of("admin", "x")).build(),
                header -> header.type(new JOSEObjectType("at+jwt")));
        assertThat(provider.caller(withList).scopes()).containsExactly(Scope.ADMIN);
        assertThat(issuer.fetches()).isEqualTo(1);
        assertThat(provider(Set.of("ES256"), issuer.url() + "/keys")
                        .caller(withList)
                        .userId())
                .isEqualTo("bob");
    }

    @Test
    void whatATokenSaysMustFit() {
        Map<String, JWTClaimsSet> claims = new LinkedHashMap<>();
        claims.put(
                "expired",
                issuer.claims("ann", "")
                        .expirationTime(Issuer.in(Duration.ofMinutes(-1)))
                        .build());
        claims.put(
                "without an end", issuer.claims("ann", "").expirationTime(null).build());
        claims.put(
                "of later",
                issuer.claims("ann", "")
                        .notBeforeTime(Issuer.in(Duration.ofMinutes(2)))
                        .build());
        claims.put(
                "for another service",
                issuer.claims("ann", "").audience("other").build());
        claims.put("for nobody", issuer.claims("ann", "").audience(List.of()).build());
        claims.put(
                "of another issuer",
                issuer.claims("ann", "").issuer("https://issuer.example").build());
        claims.put("of no issuer", issuer.claims("ann", "").issuer(null).build());
        claims.put("of no user", issuer.claims("ann", "").subject(null).build());
        claims.put("of a user without a name", issuer.claims(" ", "").build());
        claims.put(
                "of the anonymous user",
                issuer.claims(CurrentUser.ANONYMOUS, "").build());
        claims.put("of a user that cannot be stored", issuer.claims("a\0b", "").build());
        claims.forEach((what, set) -> assertThatThrownBy(() -> provider.caller(Issuer.sign(key, set, header -> header)))
                .as(what)
                .isInstanceOf(InvalidBearerTokenException.class));
    }

    @Test
    void onlyItsOwnSignaturesByAllowedAlgorithmsCount() throws JOSEException {
        JWTClaimsSet claims = issuer.claims("ann", "admin").build();
        RSAKey rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        issuer.publish(key, rsa);
        assertRefused("not a token");
        assertRefused("a.b.c");
        assertRefused(new PlainJWT(claims).serialize());
        assertRefused(Issuer.sign(Issuer.newKey("one"), claims, header -> header));
        var byRsa = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa").build(), claims);
        byRsa.sign(new RSASSASigner(rsa));
        assertRefused(byRsa.serialize());
        var bySecret = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("one").build(), claims);
        bySecret.sign(new MACSigner(key.toPublicJWK().toJSONString()));
        assertRefused(bySecret.serialize());
        String good = issuer.token(key, "ann", "");
        assertRefused(good.substring(0, good.length() - 6) + "AAAAAA");
        assertRefused(Issuer.sign(key, claims, header -> header.type(new JOSEObjectType("logout+jwt"))));
        assertThat(provider(Set.of("ES256", "RS256"), "")
                        .caller(byRsa.serialize())
                        .userId())
                .isEqualTo("ann");
    }

    @Test
    void keysRotate() {
        assertThat(provider.caller(issuer.token(key, "ann", "")).userId()).isEqualTo("ann");
        ECKey next = Issuer.newKey("two");
        issuer.publish(next);
        assertThat(provider.caller(issuer.token(next, "ann", "")).userId()).isEqualTo("ann");
        assertThat(issuer.fetches()).isEqualTo(2);
        assertThat(provider.caller(issuer.token(next, "bob", "")).userId()).isEqualTo("bob");
        assertThatThrownBy(() -> provider.caller(issuer.token(key, "ann", "")))
                .as("signed by the old key")
                .isInstanceOf(AuthenticationException.class);
        for (int i = 0; i < 20; i++) {
            String forged = issuer.token(Issuer.newKey("forged " + i), "ann", "");
            assertThatThrownBy(() -> provider.caller(forged)).isNotNull();
        }
        assertThat(issuer.fetches()).as("forgers do not make it busy").isLessThanOrEqualTo(3);
    }

    @Test
    void aProviderThatIsAwayIsNotTheCallersFault() {
        issuer.setAway(true);
        String token = issuer.token(key, "ann", "");
        assertThatThrownBy(() -> provider.caller(token)).isInstanceOf(AuthenticationServiceException.class);
        issuer.setAway(false);
        assertThat(provider.caller(token).userId()).isEqualTo("ann");
        issuer.setAway(true);
        assertThat(provider.caller(token).userId()).isEqualTo("ann");
    }

    @Test
    void settingsThatWouldNotBeSafeAreRefused() {
        for (String algorithm : List.of("none", "HS256", "HS512", "EdDSA", "")) {
            assertThatThrownBy(() -> provider(Set.of("ES256", algorithm), ""))
                    .as(algorithm)
                    .hasMessageContaining("FILEMILL_JWT_ALGORITHMS");
        }
        assertThatThrownBy(() -> new IdentityProvider(
                        new AuthProperties.Jwt("https://a.example", "", List.of(), Set.of("ES256"), "sub", "scope")))
                .hasMessageContaining("FILEMILL_JWT_AUDIENCE");
        assertThatThrownBy(() -> new IdentityProvider(new AuthProperties.Jwt(
                        "", "https://a.example/keys", List.of("a"), Set.of("ES256"), "sub", "scope")))
                .hasMessageContaining("FILEMILL_JWT_ISSUER");
    }
}
