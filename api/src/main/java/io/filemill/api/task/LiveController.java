package io.filemill.api.task;

import io.filemill.api.cache.EntityTag;
import io.filemill.api.live.EventStream;
import io.filemill.api.live.EventStream.Event;
import io.filemill.api.live.TaskFeed;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.security.CurrentUser;
import io.filemill.db.task.TaskChanges;
import io.filemill.db.task.TaskChanges.Changes;
import io.filemill.db.task.UploadTask;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import tools.jackson.databind.json.JsonMapper;

/** Tells clients of changes when they happen, as a stream of events or by an answer that waits; docs/live.md. No thread waits with them. */
@RestController
final class LiveController {
    private static final Pattern EVENT_ID = Pattern.compile("[0-9]{1,18}");
    private static final int MOST_TASKS = 1000;
    private static final int LONGEST_WAIT_SECONDS = 60;

    private final TaskChanges changes;
    private final TaskFeed feed;
    private final TaskViews views;
    private final JsonMapper json;
    private final CurrentUser user;

    LiveController(TaskChanges changes, TaskFeed feed, TaskViews views, JsonMapper json, CurrentUser user) {
        this.changes = changes;
        this.feed = feed;
        this.views = views;
        this.json = json;
        this.user = user;
    }

    /** What the task is like now, and after each change; the stream ends with the task. 204 where the client has seen the end already. */
    @GetMapping(path = "/v1/tasks/{id}/events", produces = EventStream.CONTENT_TYPE)
    void eventsOfTask(
            @PathVariable String id,
            @RequestHeader(name = EventStream.LAST_EVENT_ID, required = false) @Nullable String lastEventId,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Changes now = find(id);
        UploadTask task = now.tasks().get(0);
        Long cursor = cursor(lastEventId);
        if (task.status().isFinal() && cursor != null && !changes.changedSince(cursor, task.id())) {
            response.setStatus(HttpStatus.NO_CONTENT.value());
            return;
        }
        if (!isHead(request, response)) {
            feed.checkRoom();
            var listener = new StreamListener(views, json, true);
            listener.open(
                    request,
                    response,
                    listener.events(now.tasks()),
                    now.moment().cursor());
            if (task.status().isFinal()) {
                listener.stopping();
            } else {
                listener.listensTo(feed.watchTask(task.id(), now.moment(), listener));
            }
        }
    }

    /** What the user's tasks that have not ended are like now, or what has changed since the last event; then each change. */
    @GetMapping(path = "/v1/events", produces = EventStream.CONTENT_TYPE)
    void eventsOfUser(
            @RequestHeader(name = EventStream.LAST_EVENT_ID, required = false) @Nullable String lastEventId,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        if (isHead(request, response)) {
            return;
        }
        feed.checkRoom();
        String userId = user.id();
        Long cursor = cursor(lastEventId);
        Changes now =
                cursor == null ? changes.unfinished(userId, MOST_TASKS) : changes.since(cursor, userId, MOST_TASKS + 1);
        var listener = new StreamListener(views, json, false);
        Map<Object, Event> events = new LinkedHashMap<>();
        if (cursor != null && now.tasks().size() > MOST_TASKS) {
            events.put("reload", new Event("reload", "{}"));
        }
        events.putAll(listener.events(now.tasks()));
        listener.open(request, response, events, now.moment().cursor());
        listener.listensTo(feed.watchUser(userId, now.moment(), listener));
    }

    /**
     * As without {@code wait}, but while nothing has changed since the answer that {@code If-None-Match} names, or without it since now, the
     * answer waits. What has ended is answered at once, unless the client has it already.
     */
    @GetMapping(path = "/v1/tasks/{id}", params = "wait")
    DeferredResult<ResponseEntity<TaskView>> awaitChange(
            @PathVariable String id,
            @RequestParam(name = "wait") int wait,
            @RequestHeader(name = HttpHeaders.IF_NONE_MATCH, required = false) @Nullable String ifNoneMatch) {
        if (wait < 0 || wait > LONGEST_WAIT_SECONDS) {
            throw ProblemException.invalid("The parameter wait is a number of seconds from 0 to " + LONGEST_WAIT_SECONDS
                    + ", but is " + wait + ".");
        }
        Changes now = find(id);
        UploadTask task = now.tasks().get(0);
        var poll = new LongPoll(task, views, Duration.ofSeconds(wait));
        boolean known = EntityTag.of(task.version()).isNamedBy(ifNoneMatch);
        if (wait == 0 || (ifNoneMatch != null && !known) || (task.status().isFinal() && !known)) {
            poll.answer();
        } else {
            feed.checkRoom();
            poll.waitFor(feed.watchTask(task.id(), now.moment(), poll));
        }
        return poll.result();
    }

    /** The task that the user may see, and the moment at which it was like this. */
    private Changes find(String id) {
        UUID task = TaskId.parse(id).orElseThrow(() -> ProblemException.taskNotFound(id));
        Changes found = changes.of(task);
        List<UploadTask> own = found.tasks().stream()
                .filter(one -> one.userId().equals(user.id()))
                .toList();
        if (own.isEmpty()) {
            throw ProblemException.taskNotFound(id);
        }
        return found;
    }

    private static @Nullable Long cursor(@Nullable String lastEventId) {
        return lastEventId != null && EVENT_ID.matcher(lastEventId).matches() ? Long.valueOf(lastEventId) : null;
    }

    private static boolean isHead(HttpServletRequest request, HttpServletResponse response) {
        boolean head = HttpMethod.HEAD.matches(request.getMethod());
        if (head) {
            response.setContentType(EventStream.CONTENT_TYPE);
        }
        return head;
    }
}
