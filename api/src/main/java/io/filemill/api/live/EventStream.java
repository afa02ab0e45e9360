package io.filemill.api.live;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * The server-sent events of one client. Nothing here waits for the client: what it does not take is kept, of each key only the newest event,
 * and a client that takes nothing for long is given up. Events come with an id only where everything before it was sent. Safe for use by
 * several threads.
 */
public final class EventStream {
    /** What a client sends back when it connects again, to be told what it missed. */
    public static final String LAST_EVENT_ID = "Last-Event-ID";

    public static final String CONTENT_TYPE = "text/event-stream";

    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final Duration LONGEST_STALL = Duration.ofSeconds(40);

    /** Clients connect again by themselves; until then they may have lost the right to. */
    private static final Duration LONGEST_LIFE = Duration.ofHours(1);

    private static final Object COMMENT = new Object();

    private final AsyncContext context;
    private final ServletOutputStream output;
    private final Runnable whenClosed;
    private final long opened = System.nanoTime();
    private final Map<Object, String> waiting = new LinkedHashMap<>();
    private String preamble = "retry: " + RETRY.toMillis() + "\n";
    private @Nullable Long id;
    private long progress = System.nanoTime();
    private boolean mayWrite;
    private boolean unflushed;
    private boolean ending;
    private boolean closed;

    private EventStream(AsyncContext context, ServletOutputStream output, Runnable whenClosed) {
        this.context = context;
        this.output = output;
        this.whenClosed = whenClosed;
    }

    /**
     * Answers a request with a stream, which goes on after the request's thread has returned.
     *
     * @param events the first ones, by their keys
     * @param id with these events, the client knows whatever happened before
     * @param whenClosed called once when the client is gone or the stream has ended, on any thread, perhaps before this returns
     */
    public static EventStream open(
            HttpServletRequest request,
            HttpServletResponse response,
            Map<?, Event> events,
            long id,
            Runnable whenClosed)
            throws IOException {
        response.setContentType(CONTENT_TYPE);
        response.setCharacterEncoding(StandardCharsets.UTF_8);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-cache, no-transform");
        response.setHeader("X-Accel-Buffering", "no"); // else proxies collect events before they pass them on
        AsyncContext context = request.startAsync();
        context.setTimeout(0);
        ServletOutputStream output = response.getOutputStream();
        var stream = new EventStream(context, output, whenClosed);
        stream.send(events, id);
        context.addListener(stream.new End());
        output.setWriteListener(stream.new Writer());
        return stream;
    }

    /**
     * Sends events in their order, but for those whose key has one that could not be sent yet, which they replace.
     *
     * @param id with these events, everything before it has been sent
     */
    public synchronized void send(Map<?, Event> events, long id) {
        if (closed || ending) {
            return;
        }
        events.forEach((key, event) -> waiting.put(key, event.text()));
        this.id = id;
        writeIfPossible();
    }

    /**
     * One event, without its id.
     *
     * @param data one line
     */
    public record Event(String name, String data) {
        private String text() {
            return "event: " + name + "\ndata: " + data + "\n";
        }
    }

    /** Shows the client, and whatever is between, that the stream lives; ends it if nothing was taken for long, or it is old. */
    public synchronized void beat() {
        if (closed) {
            return;
        }
        long now = System.nanoTime();
        if (!waiting.isEmpty() && now - progress > LONGEST_STALL.toNanos()) {
            complete();
        } else if (now - opened > LONGEST_LIFE.toNanos()) {
            end();
        } else if (waiting.isEmpty()) {
            waiting.put(COMMENT, ":\n");
            writeIfPossible();
        }
    }

    /** Ends the stream when all that waits has been sent; may be called again. */
    public synchronized void end() {
        ending = true;
        writeIfPossible();
    }

    /** Whether the client is gone or the stream has ended. */
    public synchronized boolean isClosed() {
        return closed;
    }

    private void writeIfPossible() {
        if (mayWrite && !closed) {
            try {
                write();
            } catch (IOException e) {
                mayWrite = false; // the web server will tell that the client has gone
            }
        }
    }

    /** Writes until the connection takes no more; then the web server calls again. */
    private synchronized void write() throws IOException {
        mayWrite = false;
        while (!closed && output.isReady()) {
            String text = next();
            if (text != null) {
                output.write(text.getBytes(StandardCharsets.UTF_8));
                progress = System.nanoTime();
                unflushed = true;
            } else if (unflushed) {
                output.flush();
                unflushed = false;
            } else if (ending) {
                complete();
            } else {
                mayWrite = true;
                return;
            }
        }
    }

    private @Nullable String next() {
        Iterator<String> events = waiting.values().iterator();
        String event = events.hasNext() ? events.next() : "";
        if (!event.isEmpty()) {
            events.remove();
        }
        String text = preamble + event;
        preamble = "";
        if (waiting.isEmpty() && id != null) {
            text += "id: " + id + "\n";
            id = null;
        }
        return text.isEmpty() ? null : text + "\n";
    }

    private void complete() {
        try {
            context.complete();
        } catch (IllegalStateException e) {
            // it is completed already
        }
        close();
    }

    private void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            waiting.clear();
        }
        whenClosed.run();
    }

    private final class Writer implements WriteListener {
        @Override
        public void onWritePossible() throws IOException {
            write();
        }

        @Override
        public void onError(Throwable failure) {
            close();
        }
    }

    private final class End implements AsyncListener {
        @Override
        public void onComplete(AsyncEvent event) {
            close();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            close();
        }

        @Override
        public void onError(AsyncEvent event) {
            close();
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // nobody starts it again
        }
    }
}
