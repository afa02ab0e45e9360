package io.filemill.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A connection that sends whatever bytes it is given, also those that no HTTP client would send. */
public final class RawConnection implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final Socket socket;

    public RawConnection(URI server) throws IOException {
        socket = new Socket(server.getHost(), server.getPort());
    }

    /** Sends bytes in Latin-1. */
    public RawConnection send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawConnection send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Says that nothing more will be sent. */
    public RawConnection end() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /**
     * Reads until the server closes the connection or falls silent.
     *
     * @return the first answer; empty if the server closed the connection without one
     * @throws AssertionError if it neither answered nor closed the connection in time
     */
    public Optional<RawAnswer> answer(Duration patience) throws IOException {
        socket.setSoTimeout((int) patience.toMillis());
        var bytes = new ByteArrayOutputStream();
        var buffer = new byte[8192];
        try {
            for (int n = socket.getInputStream().read(buffer);
                    n >= 0;
                    n = socket.getInputStream().read(buffer)) {
                bytes.write(buffer, 0, n);
                Optional<RawAnswer> answer = RawAnswer.parse(bytes.toString(StandardCharsets.ISO_8859_1));
                if (answer.isPresent() && answer.get().isComplete()) {
                    return answer;
                }
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("No answer within " + patience + ", only: " + bytes, e);
        } catch (IOException e) {
            // reset by the server, maybe after an answer
        }
        return RawAnswer.parse(bytes.toString(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /**
     * What came back.
     *
     * @param headers by name in lower case
     */
    public record RawAnswer(int status, Map<String, String> headers, String body) {
        static Optional<RawAnswer> parse(String text) {
            int end = text.indexOf("\r\n\r\n");
            if (end < 0 || !text.startsWith("HTTP/1.1 ")) {
                return Optional.empty();
            }
            String[] lines = text.substring(0, end).split("\r\n", -1);
            int status = Integer.parseInt(lines[0].substring(9, 12));
            String rest = text.substring(end + 4);
            if (status == 100) {
                return parse(rest);
            }
            Map<String, String> headers = new HashMap<>();
            for (int i = 1; i < lines.length; i++) {
                int colon = lines[i].indexOf(':');
                headers.put(
                        lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                        lines[i].substring(colon + 1).strip());
            }
            return Optional.of(new RawAnswer(status, headers, withoutNextAnswer(rest, headers.get("content-length"))));
        }

        /** What followed the first request may have been answered too. */
        private static String withoutNextAnswer(String rest, @Nullable String length) {
            if (rest.startsWith("HTTP/1.1 ")) { // an answer to HEAD
                return "";
            }
            return length == null ? rest : rest.substring(0, Math.min(rest.length(), Integer.parseInt(length)));
        }

        /** Of a stream of events, which has no end, the beginning is all. */
        boolean isComplete() {
            String length = headers.get("content-length");
            return isStreamOfEvents()
                    || (length != null ? body.length() >= Integer.parseInt(length) : body.endsWith("\r\n0\r\n\r\n"));
        }

        private boolean isStreamOfEvents() {
            return headers.getOrDefault("content-type", "").startsWith("text/event-stream");
        }

        public JsonNode json() {
            return JSON.readTree(text());
        }

        /** The body, whether it was sent in chunks or in one piece. */
        public String text() {
            boolean chunked = headers.containsKey("transfer-encoding") && !body.isEmpty() && !isStreamOfEvents();
            String text = chunked ? joined(body) : body;
            return new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        }

        private static String joined(String chunked) {
            var text = new StringBuilder();
            int at = 0;
            while (true) {
                int lineEnd = chunked.indexOf("\r\n", at);
                int size = Integer.parseInt(chunked.substring(at, lineEnd), 16);
                if (size == 0) {
                    return text.toString();
                }
                text.append(chunked, lineEnd + 2, lineEnd + 2 + size);
                at = lineEnd + 2 + size + 2;
            }
        }
    }
}
