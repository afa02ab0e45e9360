package io.filemill.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of one stream of events, which reads as a browser does. No thread of its own waits for it. */
public final class EventReader implements Flow.Subscriber<String>, AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final JsonMapper JSON = new JsonMapper();

    private final List<Received> events = new CopyOnWriteArrayList<>();
    private final CompletableFuture<HttpResponse<Void>> response;
    private volatile Flow.@Nullable Subscription subscription;
    private volatile String lastId = "";
    private volatile boolean ended;
    private int position;
    private String name = "";
    private String data = "";

    /**
     * One event.
     *
     * @param nanos when it arrived
     */
    public record Received(String name, JsonNode data, long nanos) {}

    private EventReader(HttpClient client, HttpRequest request) {
        response = client.sendAsync(request, BodyHandlers.fromLineSubscriber(this));
    }

    /**
     * @param lastEventId empty for none
     */
    public static EventReader open(HttpClient client, URI uri, String lastEventId) {
        var request = HttpRequest.newBuilder(uri).header("Accept", "text/event-stream");
        if (!lastEventId.isEmpty()) {
            request.header(EventStream.LAST_EVENT_ID, lastEventId);
        }
        return new EventReader(client, request.build());
    }

    public List<Received> events() {
        return events;
    }

    public String lastId() {
        return lastId;
    }

    public boolean hasEnded() {
        return ended;
    }

    /** The status of the answer, whose body may still be coming only where it is a stream. */
    public int status() {
        return response.join().statusCode();
    }

    /** Waits for the next event that is as said; others before it are passed over. */
    public Received next(Predicate<Received> wanted) {
        if (!hasCome(wanted)) {
            await().atMost(LIMIT).until(() -> hasCome(wanted));
        }
        return events.get(position - 1);
    }

    private boolean hasCome(Predicate<Received> wanted) {
        while (position < events.size()) {
            if (wanted.test(events.get(position++))) {
                return true;
            }
        }
        return false;
    }

    public void awaitEnd() {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(ended).isTrue());
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
        if (line.startsWith("event: ")) {
            name = line.substring("event: ".length());
        } else if (line.startsWith("data: ")) {
            data = line.substring("data: ".length());
        } else if (line.startsWith("id: ")) {
            lastId = line.substring("id: ".length());
        } else if (line.isEmpty() && !data.isEmpty()) {
            events.add(new Received(name, JSON.readTree(data), System.nanoTime()));
            name = "";
            data = "";
        }
    }

    @Override
    public void onError(Throwable failure) {
        ended = true;
    }

    @Override
    public void onComplete() {
        ended = true;
    }

    /** Hangs up. */
    @Override
    public void close() {
        Flow.Subscription present = subscription;
        if (present != null) {
            present.cancel();
        }
    }
}
