package io.filemill.api.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

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
     * Asks for a few words of plain text.
     *
     * @param path the path and the query, already encoded
     * @throws ProblemException if the server refuses to answer
     * @throws IOException if it cannot be reached
     */
    String text(String path) throws IOException {
        HttpURLConnection connection = open("GET", path);
        connection.setRequestProperty("Accept", "*/*");
        connection.setReadTimeout((int) ANSWER_TIMEOUT.toMillis());
        return answer(connection);
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
     * @return what the server says of it; a missing node if that is nothing
     * @throws ProblemException if the server refuses, or there is no such thing
     * @throws IOException if it cannot be reached
     */
    JsonNode delete(String path) throws IOException {
        HttpURLConnection connection = open("DELETE", path);
        connection.setReadTimeout((int) ANSWER_TIMEOUT.toMillis());
        String answer = answer(connection);
        return answer.isEmpty() ? MissingNode.getInstance() : read(path, answer, JsonNode.class);
    }

    /**
     * Sends something, however long that takes, once.
     *
     * @param path the path, already encoded
     * @param headers with the body's media type
     * @throws ProblemException if the server refuses
     * @throws IOException if it cannot be reached, or the body cannot be read
     */
    <T> T post(String path, Map<String, String> headers, Body body, Class<T> type) throws IOException {
        HttpURLConnection connection = open("POST", path);
        headers.forEach(connection::setRequestProperty);
        connection.setDoOutput(true);
        connection.setChunkedStreamingMode(CHUNK_BYTES);
        try (OutputStream out = connection.getOutputStream()) {
            body.writeTo(out);
        }
        return read(path, answer(connection), type);
    }

    /**
     * Asks for a change that a JSON object describes.
     *
     * @param method PATCH, POST or PUT
     * @param path the path, already encoded
     * @throws ProblemException if the server refuses
     * @throws IOException if it cannot be reached
     */
    JsonNode send(String method, String path, JsonNode body) throws IOException, InterruptedException {
        byte[] bytes = json.writeValueAsBytes(body);
        if (method.equals("PATCH")) {
            return read(path, patch(path, bytes), JsonNode.class);
        }
        HttpURLConnection connection = open(method, path);
        connection.setReadTimeout((int) ANSWER_TIMEOUT.toMillis());
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(bytes.length);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(bytes);
        }
        return read(path, answer(connection), JsonNode.class);
    }

    /** The old client does not know the method. */
    private String patch(String path, byte[] body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(ANSWER_TIMEOUT)
                .header("Content-Type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofByteArray(body));
        headers(apiKey).forEach(request::header);
        HttpResponse<String> answer = HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .build()
                .send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw ProblemException.of(answer.statusCode(), answer.body(), json);
        }
        return answer.body();
    }

    /**
     * What was received.
     *
     * @param sha256 of the bytes that came, lower-case hexadecimal
     * @param promised what the server says that it is, or null if that was lost on the way
     */
    record Received(long bytes, String sha256, @Nullable String promised) {}

    /**
     * Receives an answer of any length.
     *
     * @param path the path and the query, already encoded
     * @throws ProblemException if the server refuses to answer
     * @throws IOException if it cannot be reached, or the answer breaks off
     */
    Received download(String path, OutputStream out) throws IOException {
        HttpURLConnection connection = open("GET", path);
        connection.setRequestProperty("Accept", "*/*");
        connection.setReadTimeout((int) ANSWER_TIMEOUT.toMillis());
        if (connection.getResponseCode() / 100 != 2) {
            String refused = answer(connection);
            throw new IOException("unexpected answer " + refused);
        }
        MessageDigest digest = sha256();
        try (var body = new DigestInputStream(connection.getInputStream(), digest)) {
            long bytes = body.transferTo(out);
            byte[] sha256 = digest.digest();
            return new Received(bytes, HexFormat.of().formatHex(sha256), promised(connection));
        }
    }

    /** The field comes after the body, where the connection adds it to those that came before. */
    private static @Nullable String promised(HttpURLConnection connection) {
        String field = connection.getHeaderField("Repr-Digest");
        if (field == null || !field.startsWith("sha-256=:") || !field.endsWith(":")) {
            return null;
        }
        try {
            return HexFormat.of().formatHex(Base64.getDecoder().decode(field.substring(9, field.length() - 1)));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * What a server tells.
     *
     * @param data null if it is only about the id
     * @param id what stands for all that was told so far, or null
     */
    record Event(
            String name, @Nullable JsonNode data, @Nullable String id) {}

    /**
     * Receives events until the server ends the stream, the connection is lost, or no more are wanted.
     *
     * @param path the path, already encoded
     * @param lastEventId the last id that came, or null for none
     * @param takes takes an event and says whether to go on
     * @return whether more may come of another stream
     * @throws ProblemException if the server refuses
     * @throws IOException if it cannot be reached
     */
    boolean events(String path, @Nullable String lastEventId, Predicate<Event> takes) throws IOException {
        HttpURLConnection connection = open("GET", path);
        connection.setRequestProperty("Accept", "text/event-stream, application/problem+json");
        if (lastEventId != null) {
            connection.setRequestProperty("Last-Event-ID", lastEventId);
        }
        connection.setReadTimeout((int) ANSWER_TIMEOUT.toMillis());
        if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
            String nothing = answer(connection);
            return !nothing.isEmpty();
        }
        try (var lines =
                new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
            return receive(path, lines, takes);
        } catch (IOException e) {
            return true; // as a stream that ended
        } finally {
            connection.disconnect();
        }
    }

    private boolean receive(String path, BufferedReader lines, Predicate<Event> takes) throws IOException {
        var fields = new HashMap<String, String>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).stripLeading());
            } else if (line.isEmpty()) {
                if (!takes.test(event(path, fields))) {
                    return false;
                }
                fields.clear();
            }
        }
        return true;
    }

    private Event event(String path, Map<String, String> fields) {
        String data = fields.get("data");
        return new Event(
                fields.getOrDefault("event", "message"),
                data == null ? null : read(path, data, JsonNode.class),
                fields.get("id"));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /**
     * Understands an answer.
     *
     * @throws CommandFailure if it is not what this program expects
     */
    <T> T read(JsonNode answer, Class<T> type) {
        try {
            return json.treeToValue(answer, type);
        } catch (JacksonException e) {
            throw misunderstood("", e);
        }
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
        headers(key).forEach(connection::setRequestProperty);
        return connection;
    }

    private static Map<String, String> headers(@Nullable String key) {
        String accepted = "application/json, application/problem+json";
        return key == null ? Map.of("Accept", accepted) : Map.of("Accept", accepted, "Authorization", "Bearer " + key);
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
            throw misunderstood(path, e);
        }
    }

    private CommandFailure misunderstood(String path, JacksonException e) {
        return new CommandFailure(
                "The server's answer could not be understood (" + server + path + ").", ExitCode.INTERNAL, e);
    }
}
