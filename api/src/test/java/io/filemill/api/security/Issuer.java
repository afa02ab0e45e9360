package io.filemill.api.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** An identity provider on this machine: its discovery document, its keys over HTTP, and tokens that it signs. */
final class Issuer implements AutoCloseable {
    static final String AUDIENCE = "filemill";

    private final HttpServer server;
    private final AtomicInteger fetches = new AtomicInteger();
    private volatile List<JWK> published = List.of();
    private volatile boolean away;

    Issuer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext(
                "/.well-known/openid-configuration",
                exchange -> answer(exchange, "{\"issuer\":\"" + url() + "\",\"jwks_uri\":\"" + url() + "/keys\"}"));
        server.createContext("/keys", exchange -> {
            fetches.incrementAndGet();
            answer(exchange, new JWKSet(published).toString());
        });
        server.start();
    }

    private void answer(HttpExchange exchange, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(away ? 500 : 200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** How often its keys were asked for. */
    int fetches() {
        return fetches.get();
    }

    /** Its keys are these from now on. */
    void publish(JWK... keys) {
        published = List.of(keys).stream().map(JWK::toPublicJWK).toList();
    }

    void setAway(boolean away) {
        this.away = away;
    }

    static ECKey newKey(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    /** What a good token of the user says. */
    JWTClaimsSet.Builder claims(String user, String scopes) {
        return new JWTClaimsSet.Builder()
                .issuer(url())
                .audience(AUDIENCE)
                .subject(user)
                .claim("scope", scopes)
                .expirationTime(in(Duration.ofMinutes(5)));
    }

    static Date in(Duration duration) {
        return Date.from(java.time.Clock.systemUTC().instant().plus(duration));
    }

    /** A good token. */
    String token(ECKey key, String user, String scopes) {
        return sign(key, claims(user, scopes).build(), header -> header);
    }

    static String sign(ECKey key, JWTClaimsSet claims, UnaryOperator<JWSHeader.Builder> header) {
        try {
            var jwt = new SignedJWT(
                    header.apply(new JWSHeader.Builder(JWSAlgorithm.ES256)
                                    .type(JOSEObjectType.JWT)
                                    .keyID(key.getKeyID()))
                            .build(),
                    claims);
            jwt.sign(new ECDSASigner(key));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
