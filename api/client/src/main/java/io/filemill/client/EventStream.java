package io.filemill.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * Server-sent events, in order. {@link #hasNext()} waits for the next one. A connection that breaks is opened again where it broke, so that no
 * event is left out, though the last one before may come twice. Read by one thread; {@link #close()} may be called by any, and ends the waiting.
 */
public final class EventStream implements Iterator<Event>, AutoCloseable {
    private static final int NOTHING_MORE = 204;

    private final Transport transport;
    private final String path;
    private final Predicate<Event> isLast;
    private String lastId;
    private @Nullable Event next;
    private boolean ended;
    private int failures;
    private @Nullable BufferedReader lines;
    private volatile @Nullable InputStream connection;
    private volatile boolean closed;

    /**
     * @param lastId the event after which to begin; empty for those from now on
     * @param isLast whether nothing comes after an event
     */
    EventStream(Transport transport, String path, String lastId, Predicate<Event> isLast) {
        this.transport = transport;
        this.path = path;
        this.lastId = lastId;
        this.isLast = isLast;
    }

    static boolean endsATask(Event event) {
        return event.type().equals("end");
    }

    /** The id of the last event that was read, from which another stream may go on. */
    public String lastId() {
        return lastId;
    }

    /**
     * Waits for the next event.
     *
     * @return false if none follows, or the stream was closed
     * @throws ProblemException if the server refuses
     * @throws UnreachableException if it cannot be reached for as long as the client tries again
     */
    @Override
    public boolean hasNext() {
        while (next == null && !ended && !closed) {
            advance();
        }
        return next != null && !closed;
    }

    @Override
    public Event next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("no event follows");
        }
        Event event = next;
        next = null;
        if (!event.id().isEmpty()) {
            lastId = event.id();
        }
        ended = ended || isLast.test(event);
        return event;
    }

    private void advance() {
        try {
            if (lines == null) {
                lines = open().orElse(null);
            }
            if (lines != null) {
                next = read(lines).orElse(null);
            }
            if (next != null) {
                failures = 0;
                return;
            }
        } catch (IOException e) {
            // as an end of the connection
        }
        disconnect();
        if (!ended && !closed) {
            transport.pause(failures++ == 0 ? Duration.ZERO : Backoff.pause(failures, Optional.empty()));
        }
    }

    private Optional<BufferedReader> open() {
        Call call = Call.get(path).with("Accept", "text/event-stream, application/problem+json");
        return transport.call(lastId.isEmpty() ? call : call.with("Last-Event-ID", lastId), response -> {
            connection = response.body();
            if (closed || response.statusCode() == NOTHING_MORE) {
                ended = true;
                return Optional.empty();
            }
            return Optional.of(new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
        });
    }

    /** The next event of this connection; empty at its end. */
    private Optional<Event> read(BufferedReader from) throws IOException {
        String id = "";
        String type = "message";
        var data = new StringBuilder();
        for (String line = from.readLine(); line != null; line = from.readLine()) {
            if (line.isEmpty()) {
                if (!data.isEmpty()) {
                    return Optional.of(new Event(id, type, json(data.substring(1))));
                }
                id = "";
                type = "message";
                continue;
            }
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(line.startsWith(": ", colon) ? colon + 2 : colon + 1);
            switch (field) {
                case "id" -> id = value;
                case "event" -> type = value;
                case "data" -> data.append('\n').append(value);
                default -> {
                    // comments keep the connection open, and what else there may be is for browsers
                }
            }
        }
        return Optional.empty();
    }

    private JsonNode json(String data) {
        try {
            return transport.json().readTree(data);
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }

    private void disconnect() {
        lines = null;
        InputStream open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // it is gone either way
            }
        }
    }

    /** Ends the stream. May be called twice. */
    @Override
    public void close() {
        closed = true;
        InputStream open = connection;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // it is gone either way
            }
        }
    }
}
