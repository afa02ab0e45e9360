package io.filemill.api.task;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.api.security.CurrentUser;
import io.filemill.db.task.Cancellation;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.Position;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.task.UploadTask;
import io.filemill.db.task.UploadTaskRepository;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shows the caller's tasks and their files, straight from the database, and cancels them. */
@RestController
@RequestMapping("/v1/tasks")
final class TaskController {
    private static final Pattern ERROR_CODE = Pattern.compile("[A-Za-z0-9_.-]{1,100}");

    private final UploadTaskRepository tasks;
    private final FileTaskRepository files;
    private final CurrentUser user;
    private final Clock clock;

    TaskController(UploadTaskRepository tasks, FileTaskRepository files, CurrentUser user, Clock clock) {
        this.tasks = tasks;
        this.files = files;
        this.user = user;
        this.clock = clock;
    }

    @GetMapping
    TaskPage list(
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String cursor) {
        PageRequest page = PageRequest.of(limit, cursor);
        List<UploadTask> found = tasks.list(user.id(), page.limit() + 1, page.afterTask());
        List<UploadTask> shown = found.subList(0, Math.min(found.size(), page.limit()));
        Instant now = clock.instant();
        return new TaskPage(
                shown.stream().map(task -> TaskView.of(task, now)).toList(),
                found.size() == shown.size() ? null : cursorAfter(shown.get(shown.size() - 1)));
    }

    private static String cursorAfter(UploadTask task) {
        return PageRequest.cursorAfter(new Position(task.createdAt(), task.id()));
    }

    @GetMapping("/{id}")
    TaskView show(@PathVariable String id) {
        return TaskView.of(find(id), clock.instant());
    }

    @GetMapping("/{id}/files")
    FilePage files(
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(name = "error_code", required = false) @Nullable String errorCode,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String cursor) {
        UUID task = find(id).id();
        PageRequest page = PageRequest.of(limit, cursor);
        List<FileTask> found =
                files.list(task, status(status), errorCode(errorCode), page.afterFile(), page.limit() + 1);
        List<FileTask> shown = found.subList(0, Math.min(found.size(), page.limit()));
        Instant now = clock.instant();
        return new FilePage(
                shown.stream().map(file -> FileView.of(file, now)).toList(),
                found.size() == shown.size()
                        ? null
                        : PageRequest.cursorAfter(shown.get(shown.size() - 1).id()));
    }

    @PostMapping("/{id}/cancel")
    CancelledTask cancel(@PathVariable String id) {
        UUID task = TaskId.parse(id).orElseThrow(() -> ProblemException.taskNotFound(id));
        Cancellation cancellation = tasks.cancel(user.id(), task);
        if (cancellation instanceof Cancellation.NotFound) {
            throw ProblemException.taskNotFound(id);
        }
        if (cancellation instanceof Cancellation.AlreadyFinished) {
            throw new ProblemException(
                    ProblemType.ALREADY_FINISHED,
                    "The task " + task + " had ended before, so it cannot be cancelled. GET /v1/tasks/" + task
                            + " shows how it ended.");
        }
        int stopped = cancellation instanceof Cancellation.Cancelled cancelled ? cancelled.files() : 0;
        return new CancelledTask(task, "cancelled", stopped);
    }

    private UploadTask find(String id) {
        return TaskId.parse(id)
                .flatMap(task -> tasks.find(user.id(), task))
                .orElseThrow(() -> ProblemException.taskNotFound(id));
    }

    private static @Nullable TaskStatus status(@Nullable String word) {
        return word == null
                ? null
                : TaskStatus.fromWord(word)
                        .orElseThrow(() -> ProblemException.invalid(
                                "The parameter status must be one of " + words() + ", but is " + word + "."));
    }

    private static String words() {
        return Stream.of(TaskStatus.values()).map(TaskStatus::word).collect(Collectors.joining(", "));
    }

    private static @Nullable String errorCode(@Nullable String code) {
        if (code != null && !ERROR_CODE.matcher(code).matches()) {
            throw ProblemException.invalid(
                    "The parameter error_code must be a word such as those in the error_code of files, for example CANCELLED.");
        }
        return code;
    }

    record TaskPage(List<TaskView> tasks, @Nullable String nextCursor) {}

    record FilePage(List<FileView> files, @Nullable String nextCursor) {}

    /**
     * @param cancelledFiles how many files this call stopped; 0 if the task had been cancelled before
     */
    record CancelledTask(UUID taskId, String outcome, int cancelledFiles) {}
}
