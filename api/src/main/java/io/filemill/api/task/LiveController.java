package io.filemill.api.task;

import io.filemill.api.cache.EntityTag;
import io.filemill.api.live.EventStream;
import io.filemill.api.live.EventStream.Event;
import io.filemill.api.live.TaskFeed;
import io.filemill.api.openapi.Fails;
import io.filemill.api.openapi.Responds;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
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

    /**
     * Tells what a task is like now, and again after each change, as server-sent events. Each event {@code task} has the JSON of the task; the
     * event {@code end} has it when it has ended, and is the last.
     *
     * @param lastEventId the id of the last event that the client has seen, if it connects again
     */
    @Responds(status = 200, body = String.class, description = "The events.")
    @Responds(status = 204, body = void.class, description = "The client has seen the end already.")
    @Fails(ProblemType.TOO_MANY_LISTENERS)
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

    /**
     * Tells of each of the caller's tasks what it is like after each change, as server-sent events. The stream begins with the tasks that have
     * not ended, or with those that have changed since the last event, and does not end by itself.
     *
     * @param lastEventId the id of the last event that the client has seen, if it connects again
     */
    @Responds(status = 200, body = String.class, description = "The events.")
    @Fails(ProblemType.TOO_MANY_LISTENERS)
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
     * Shows a task: its counters, its state and how it ended. With {@code wait} it answers when the task has changed since the answer that
     * {@code If-None-Match} names, or without that header since the request came, or at the end of the time. What has ended is answered at
     * once, unless the client has it already.
     *
     * @param wait how many seconds to wait for a change: 0 to 60
     * @param ifNoneMatch the {@code ETag} of an answer: 304 as long as nothing changed
     */
    @Fails(ProblemType.TOO_MANY_LISTENERS)
    @GetMapping(path = "/v1/tasks/{id}", params = "wait")
    DeferredResult<ResponseEntity<TaskView>> awaitChange(
            @PathVariable String id,
            @RequestParam(name = "wait", required = false) @Nullable Integer wait,
            @RequestHeader(name = HttpHeaders.IF_NONE_MATCH, required = false) @Nullable String ifNoneMatch) {
        if (wait == null || wait < 0 || wait > LONGEST_WAIT_SECONDS) {
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
        UUID task = TaskId.require(id);
        Changes found = changes.of(task);
        List<UploadTask> own =
                found.tasks().stream().filter(one -> user.sees(one.userId())).toList();
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
