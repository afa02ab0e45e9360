package io.filemill.api.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Speaks to one server over HTTP. Safe for use by several threads. */
final class FilemillClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

    private final HttpClient http;
    private final JsonMapper json = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();
    private final URI server;

    FilemillClient(URI server) {
        this.server = server;
        // Over plain HTTP, version 2 would cost every connection an upgrade that the server refuses.
        var builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_TIMEOUT);
        this.http = "https".equals(server.getScheme())
                ? builder.build()
                : builder.sslContext(NoTls.context()).build();
    }

    URI server() {
        return server;
    }

    JsonMapper json() {
        return json;
    }

    /** What answers at the server's address. */
    Probe probe() throws InterruptedException {
        try {
            var request =
                    HttpRequest.newBuilder(uri("/v1")).timeout(PROBE_TIMEOUT).build();
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            JsonNode about = json.readTree(response.body());
            return "filemill".equals(about.path("name").asString("")) ? Probe.FILEMILL : Probe.SOMETHING_ELSE;
        } catch (ConnectException | HttpConnectTimeoutException e) {
            return Probe.NOTHING;
        } catch (IOException | JacksonException e) {
            return Probe.SOMETHING_ELSE;
        }
    }

    /**
     * Asks a question.
     *
     * @param path the path and the query, already encoded
     * @throws ProblemException if the server refuses to answer
     * @throws IOException if it cannot be reached
     */
    <T> T get(String path, Class<T> type) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)).timeout(ANSWER_TIMEOUT).build(), type);
    }

    /**
     * Asks for a change.
     *
     * @param path the path, already encoded
     * @param contentType the body's media type, or null for none
     * @throws ProblemException if the server refuses
     * @throws IOException if it cannot be reached, or the body cannot be read
     */
    <T> T post(String path, @Nullable String contentType, BodyPublisher body, Class<T> type)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(path)).POST(body);
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        return send(request.build(), type);
    }

    /** Encodes a value for a path or a query. */
    static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** What went wrong on the wire, for people: the JDK gives some of these no message. */
    static String describe(IOException e) {
        if (e instanceof ConnectException || e instanceof HttpConnectTimeoutException) {
            return "no connection";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private <T> T send(HttpRequest request, Class<T> type) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw ProblemException.of(response.statusCode(), response.body(), json);
        }
        try {
            return json.readValue(response.body(), type);
        } catch (JacksonException e) {
            throw new CommandFailure("The server's answer could not be understood (" + request.uri() + ").", e);
        }
    }

    private URI uri(String path) {
        return URI.create(server + path);
    }

    /** What answers at an address. */
    enum Probe {
        FILEMILL,
        SOMETHING_ELSE,
        NOTHING
    }
}
