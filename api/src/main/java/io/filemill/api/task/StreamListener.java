package io.filemill.api.task;

import io.filemill.api.live.EventStream;
import io.filemill.api.live.EventStream.Event;
import io.filemill.api.live.TaskFeed.Subscription;
import io.filemill.api.live.TaskListener;
import io.filemill.db.task.UploadTask;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Passes changes on to a client's stream: the event {@code task} with the JSON of the task, or {@code end} with it when it has ended. */
final class StreamListener implements TaskListener {
    private final TaskViews views;
    private final JsonMapper json;
    private final boolean endsWithTask;
    private final AtomicReference<@Nullable Subscription> subscription = new AtomicReference<>();
    private volatile @Nullable EventStream stream;

    /**
     * @param endsWithTask whether the stream ends with the first task that does
     */
    StreamListener(TaskViews views, JsonMapper json, boolean endsWithTask) {
        this.views = views;
        this.json = json;
        this.endsWithTask = endsWithTask;
    }

    /** Answers the request with the stream. To be called first, and once. */
    void open(HttpServletRequest request, HttpServletResponse response, Map<?, Event> events, long cursor)
            throws IOException {
        stream = EventStream.open(request, response, events, cursor, this::unsubscribe);
    }

    /** Ends the subscription with the stream. */
    void listensTo(Subscription subscription) {
        this.subscription.set(subscription);
        if (stream().isClosed()) {
            unsubscribe();
        }
    }

    Map<UUID, Event> events(List<UploadTask> tasks) {
        Map<UUID, Event> events = new LinkedHashMap<>();
        for (UploadTask task : tasks) {
            String name = task.status().isFinal() ? "end" : "task";
            events.put(task.id(), new Event(name, json.writeValueAsString(views.of(task))));
        }
        return events;
    }

    @Override
    public void changed(List<UploadTask> tasks, long cursor) {
        stream().send(events(tasks), cursor);
        if (endsWithTask && tasks.stream().anyMatch(task -> task.status().isFinal())) {
            stream().end();
        }
    }

    @Override
    public void beat() {
        stream().beat();
    }

    @Override
    public void stopping() {
        stream().end();
    }

    private EventStream stream() {
        return Objects.requireNonNull(stream);
    }

    private void unsubscribe() {
        Subscription present = subscription.get();
        if (present != null) {
            present.close();
        }
    }
}
