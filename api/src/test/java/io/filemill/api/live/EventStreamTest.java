package io.filemill.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.api.live.EventStream.Event;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockAsyncContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class EventStreamTest {
    private final Connection connection = new Connection();
    private final MockHttpServletRequest request = new MockHttpServletRequest();
    private final AtomicInteger closed = new AtomicInteger();
    private EventStream stream;

    /** A client's side of a connection that takes so many writes until it is told to take more. */
    private static final class Connection extends ServletOutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private @Nullable WriteListener listener;
        private int room;
        private boolean broken;

        void takes(int writes) throws IOException {
            room = writes;
            Objects.requireNonNull(listener).onWritePossible();
        }

        String received() {
            String text = bytes.toString(StandardCharsets.UTF_8);
            bytes.reset();
            return text;
        }

        @Override
        public boolean isReady() {
            return room > 0;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            this.listener = listener;
        }

        @Override
        public void write(int oneByte) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] text) throws IOException {
            if (broken) {
                throw new IOException("the client has gone");
            }
            assertThat(room--).as("may write").isPositive();
            bytes.writeBytes(text);
        }
    }

    @BeforeEach
    void open() throws IOException {
        request.setAsyncSupported(true);
        var response = new HttpServletResponseWrapper(new MockHttpServletResponse()) {
            @Override
            public ServletOutputStream getOutputStream() {
                return connection;
            }
        };
        stream = EventStream.open(
                request, response, Map.of("a", new Event("task", "1")), 7, () -> closed.incrementAndGet());
    }

    private void send(String key, String data, long id) {
        stream.send(Map.of(key, new Event("task", data)), id);
    }

    @Test
    void beginsWithTheFirstEventsAndTheirId() throws IOException {
        assertThat(connection.received()).isEmpty();

        connection.takes(9);

        assertThat(connection.received()).isEqualTo("retry: 2000\nevent: task\ndata: 1\nid: 7\n\n");
    }

    @Test
    void aClientThatTakesNothingGetsOnlyTheNewestEventOfEachKey() throws IOException {
        connection.takes(1);
        assertThat(connection.received()).endsWith("id: 7\n\n");
        send("a", "2", 8);
        send("b", "1", 9);
        send("a", "3", 10);
        assertThat(connection.received()).isEmpty();

        connection.takes(1);
        assertThat(connection.received()).as("no id, because b is missing yet").isEqualTo("event: task\ndata: 3\n\n");

        connection.takes(1);
        assertThat(connection.received()).isEqualTo("event: task\ndata: 1\nid: 10\n\n");
    }

    @Test
    void whatTheConnectionTakesIsSentAtOnce() throws IOException {
        connection.takes(9);
        connection.received();

        send("a", "2", 8);

        assertThat(connection.received()).isEqualTo("event: task\ndata: 2\nid: 8\n\n");
    }

    @Test
    void aBeatIsACommentUnlessSomethingWaitsAnyway() throws IOException {
        connection.takes(1);
        connection.received();
        send("a", "2", 8);
        stream.beat();
        connection.takes(9);
        assertThat(connection.received()).isEqualTo("event: task\ndata: 2\nid: 8\n\n");

        stream.beat();
        assertThat(connection.received()).isEqualTo(":\n\n");
    }

    @Test
    void endsWhenAllIsSent() throws IOException {
        stream.end();
        assertThat(closed).hasValue(0);

        connection.takes(9);

        assertThat(connection.received()).endsWith("id: 7\n\n");
        assertThat(closed).hasValue(1);
        assertThat(stream.isClosed()).isTrue();
        assertThat(request.isAsyncStarted()).as("completed").isFalse();
    }

    @Test
    void aClientThatHasGoneIsToldNothingMore() throws IOException {
        connection.takes(9);
        connection.received();
        connection.broken = true;
        send("a", "2", 8);
        assertThat(closed).as("the web server tells").hasValue(0);

        ((MockAsyncContext) Objects.requireNonNull(request.getAsyncContext())).complete();
        send("a", "3", 9);
        stream.end();

        assertThat(closed).hasValue(1);
        assertThat(connection.received()).isEmpty();
    }
}
