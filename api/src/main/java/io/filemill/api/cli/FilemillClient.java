package io.filemill.api.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * Speaks to one server over HTTP. Safe for use by several threads.
 *
 * <p>On the JDK's old client: the new one takes a third of a second to start and another to end, as long as all the rest of a command.
 */
final class FilemillClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final int CHUNK_BYTES = 1 << 16;

    private final JsonMapper json = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();
    private final URI server;
    private final @Nullable String apiKey;

    /** A client that does not sign in. */
    FilemillClient(URI server) {
        this(server, null);
    }

    /**
     * @param apiKey what to sign in with, or null for nothing
     */
    FilemillClient(URI server, @Nullable String apiKey) {
        this.server = server;
        this.apiKey = apiKey;
    }

    /** What a request carries. */
    interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    /** What answers at an address. */
    enum Probe {
        FILEMILL,
        SOMETHING_ELSE,
        NOTHING
    }

    URI server() {
        return server;
    }

    JsonMapper json() {
        return json;
    }

    /** What answers at the server's address. */
    Probe probe() {
        HttpURLConnection connection;
        try {
            connection = open("GET", "/v1", null); // it may be a program that must not learn the key
            connection.setReadTimeout((int) PROBE_TIMEOUT.toMillis());
            connection.connect();
        } catch (IOException e) {
            return Probe.NOTHING;
        }
        try {
            JsonNode about = json.readTree(answer(connection));
            return "filemill".equals(about.path("name").asString("")) ? Probe.FILEMILL : Probe.SOMETHING_ELSE;
        } catch (IOException | JacksonException | ProblemException e) {
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
    <T> T get(String path, Class<T> type) throws IOException {
        HttpURLConnection connection = open("GET", path);
        connection.setReadTimeout((int) ANSWER_TIMEOUT.toMillis());
        return read(path, answer(connection), type);
    }

    /**
     * Asks for a change that needs no more words.
     *
     * @param path the path, already encoded
     * @throws ProblemException if the server refuses
     * @throws IOException if it cannot be reached
     */
    <T> T post(String path, Class<T> type) throws IOException {
        HttpURLConnection connection = open("POST", path);
        connection.setReadTimeout((int) ANSWER_TIMEOUT.toMillis());
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(0);
        connection.getOutputStream().close();
        return read(path, answer(connection), type);
    }

    /**
     * Deletes something.
     *
     * @param path the path, already encoded
     * @throws ProblemException if the server refuses
     * @throws IOException if it cannot be reached
     */
    <T> T delete(String path, Class<T> type) throws IOException {
        HttpURLConnection connection = open("DELETE", path);
        connection.setReadTimeout((int) ANSWER_TIMEOUT.toMillis());
        return read(path, answer(connection), type);
    }

    /**
     * Sends something, however long that takes, once.
     *
     * @param path the path, already encoded
     * @param contentType the body's media type
     * @throws ProblemException if the server refuses
     * @throws IOException if it cannot be reached, or the body cannot be read
     */
    <T> T post(String path, String contentType, Body body, Class<T> type) throws IOException {
        HttpURLConnection connection = open("POST", path);
        connection.setRequestProperty("Content-Type", contentType);
        connection.setDoOutput(true);
        connection.setChunkedStreamingMode(CHUNK_BYTES);
        try (OutputStream out = connection.getOutputStream()) {
            body.writeTo(out);
        }
        return read(path, answer(connection), type);
    }

    /** Encodes a value for a path or a query. */
    static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** What went wrong on the wire, for people. */
    static String describe(IOException e) {
        if (e instanceof ConnectException) {
            return "no connection";
        }
        if (e instanceof SocketTimeoutException) {
            return "no answer in time";
        }
        if (e instanceof UnknownHostException) {
            return "unknown host " + e.getMessage();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private HttpURLConnection open(String method, String path) throws IOException {
        return open(method, path, apiKey);
    }

    private HttpURLConnection open(String method, String path, @Nullable String key) throws IOException {
        var connection = (HttpURLConnection) URI.create(server + path).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setRequestProperty("Accept", "application/json, application/problem+json");
        if (key != null) {
            connection.setRequestProperty("Authorization", "Bearer " + key);
        }
        return connection;
    }

    private String answer(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        boolean good = status / 100 == 2;
        try (InputStream body = good ? connection.getInputStream() : connection.getErrorStream()) {
            String text = body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8);
            if (!good) {
                throw ProblemException.of(status, text, json);
            }
            return text;
        }
    }

    private <T> T read(String path, String answer, Class<T> type) {
        try {
            return json.readValue(answer, type);
        } catch (JacksonException e) {
            throw new CommandFailure("The server's answer could not be understood (" + server + path + ").", e);
        }
    }
}
