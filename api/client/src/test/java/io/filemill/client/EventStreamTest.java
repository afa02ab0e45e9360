package io.filemill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.client.FakeServer.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EventStreamTest {
    private static final UUID TASK = UUID.randomUUID();

    private static FilemillClient client(FakeServer server) {
        return FilemillClient.builder(server.uri()).pauses(time -> {}).build();
    }

    private static Answer events(String text) {
        return new Answer(200, Map.of("Content-Type", "text/event-stream"), text);
    }

    @Test
    void goesOnWhereAConnectionBrokeUntilTheTaskHasEnded() {
        Answer first = events(
                "retry: 2000\n:\n\nid: 7\nevent: task\ndata: {\"processed_files\":1}\n\nevent: file\ndata: {\"cut\":");
        Answer second = events(
                "id:8\nevent:end\ndata:{\"processed_files\":2,\ndata: \"finished_at\":\"2026-11-24T10:00:00Z\"}\n\n"
                        + "event: task\ndata: {}\n\n");
        try (var server = new FakeServer(first, second);
                EventStream stream = client(server).events(TASK)) {
            List<Event> events = new ArrayList<>();
            stream.forEachRemaining(events::add);
            assertThat(events).extracting(Event::id).containsExactly("7", "8");
            assertThat(events.get(1).data().path("processed_files").asInt()).isEqualTo(2);
            assertThat(stream.lastId()).isEqualTo("8");
            assertThat(server.requests)
                    .extracting(FakeServer.Request::path)
                    .containsOnly("/v1/tasks/" + TASK + "/events");
            assertThat(server.requests)
                    .extracting(request -> request.header("Last-event-id"))
                    .containsExactly("", "7");
        }
    }

    @Test
    void endsWhenTheServerHasNothingMore() {
        try (var server = new FakeServer(new Answer(204, Map.of(), ""));
                EventStream stream = client(server).events("41")) {
            assertThat(stream.hasNext()).isFalse();
            assertThat(server.requests.get(0).header("Last-event-id")).isEqualTo("41");
        }
    }

    @Test
    void tellsARefusal() {
        try (var server = new FakeServer(Answer.problem(404, "not-found", Map.of()));
                EventStream stream = client(server).events(TASK)) {
            assertThatThrownBy(stream::hasNext).isInstanceOf(ProblemException.NotFound.class);
        }
    }
}
