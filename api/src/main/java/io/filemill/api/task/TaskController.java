package io.filemill.api.task;

import io.filemill.api.audit.Action;
import io.filemill.api.audit.Audit;
import io.filemill.api.audit.Audit.Subject;
import io.filemill.api.cache.EntityTag;
import io.filemill.api.openapi.Fails;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.api.security.CurrentUser;
import io.filemill.api.upload.TaskOptions;
import io.filemill.db.queue.TaskControl;
import io.filemill.db.task.Cancellation;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.Position;
import io.filemill.db.task.RetriedFiles;
import io.filemill.db.task.RetrySelection;
import io.filemill.db.task.TaskFilter;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.task.UploadTask;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.WebRequest;

/** Shows the caller's tasks and their files, straight from the database, and changes, pauses, retries and cancels them. */
@RestController
@RequestMapping("/v1/tasks")
final class TaskController {
    private static final List<String> OUTCOMES = List.of("success", "partial", "failed", "cancelled");
    private static final Pattern ERROR_CODE = Pattern.compile("[A-Za-z0-9_.-]{1,100}");

    private final VisibleTasks tasks;
    private final FileTaskRepository files;
    private final TaskControl control;
    private final TaskRetry retry;
    private final TaskViews views;
    private final CurrentUser user;
    private final Audit audit;
    private final Clock clock;

    TaskController(
            VisibleTasks tasks,
            FileTaskRepository files,
            TaskControl control,
            TaskRetry retry,
            TaskViews views,
            CurrentUser user,
            Audit audit,
            Clock clock) {
        this.tasks = tasks;
        this.files = files;
        this.control = control;
        this.retry = retry;
        this.views = views;
        this.user = user;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Lists the caller's tasks, newest first.
     *
     * @param status only tasks in this state
     * @param outcome only tasks that ended so: {@code success}, {@code partial}, {@code failed} or {@code cancelled}
     * @param createdFrom only tasks that were accepted at this time or later, like {@code 2030-01-31T08:00:00Z}
     * @param createdBefore only tasks that were accepted before this time
     */
    @GetMapping
    ResponseEntity<TaskPage> list(
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(required = false) @Nullable String outcome,
            @RequestParam(name = "created_from", required = false) @Nullable String createdFrom,
            @RequestParam(name = "created_before", required = false) @Nullable String createdBefore,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String cursor,
            WebRequest request) {
        PageRequest page = PageRequest.of(limit, cursor);
        var filter = new TaskFilter(
                status(status),
                outcome(outcome),
                TaskOptions.checkedTime("created_from", createdFrom),
                TaskOptions.checkedTime("created_before", createdBefore));
        List<UploadTask> found = tasks.list(filter, page.limit() + 1, page.afterTask());
        return EntityTag.of(found.stream().map(UploadTask::version).toList())
                .answer(request, () -> TaskPage.of(found, page.limit(), views));
    }

    /** Shows a task: its counters, its state and how it ended. */
    @GetMapping("/{id}")
    ResponseEntity<TaskView> show(@PathVariable String id, WebRequest request) {
        UploadTask task = tasks.require(id);
        return EntityTag.of(task.version()).answer(request, () -> views.of(task));
    }

    /**
     * Lists the files of a task with their results and errors, in the order in which they were submitted.
     *
     * @param status only files in this state
     * @param errorCode only files whose last attempt failed with this code, for example {@code ENCRYPTED}
     */
    @GetMapping("/{id}/files")
    ResponseEntity<FilePage> files(
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(name = "error_code", required = false) @Nullable String errorCode,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String cursor,
            WebRequest request) {
        UploadTask task = tasks.require(id);
        PageRequest page = PageRequest.of(limit, cursor);
        TaskStatus onlyStatus = status(status);
        String onlyErrorCode = errorCode(errorCode);
        long after = page.afterFile();
        if (task.status().isFinal()) { // its files change only together with it, so they need not be read for a 304
            return EntityTag.of(task.version())
                    .answer(
                            request,
                            () -> FilePage.of(
                                    files.list(task.id(), onlyStatus, onlyErrorCode, after, page.limit() + 1),
                                    page.limit(),
                                    clock.instant()));
        }
        List<FileTask> found = files.list(task.id(), onlyStatus, onlyErrorCode, after, page.limit() + 1);
        return EntityTag.of(found.stream().map(FileTask::version).toList())
                .answer(request, () -> FilePage.of(found, page.limit(), clock.instant()));
    }

    /**
     * Runs failed files of a task again. Without a body it takes all failed files that no user cancelled; with one, those that every given
     * member takes. The answer tells which files it could not take and why; a second call changes nothing.
     */
    @PostMapping("/{id}/retry")
    @Fails(ProblemType.NO_USER_TOKEN)
    @ResponseStatus(HttpStatus.ACCEPTED)
    RetriedTask retry(@PathVariable String id, @RequestBody(required = false) @Nullable RetryRequest request) {
        RetrySelection selection = request == null ? RetrySelection.ALL_FAILED : request.selection();
        UUID task = TaskId.require(id);
        return retry.retry(task, selection)
                .map(retried -> RetriedTask.of(task, retried))
                .orElseThrow(() -> ProblemException.taskNotFound(id));
    }

    /** Changes the priority or the start of the files that wait; those that run go on. */
    @PatchMapping("/{id}")
    @Fails(ProblemType.ALREADY_FINISHED)
    TaskView change(@PathVariable String id, @RequestBody TaskChange change) {
        Integer priority = TaskOptions.checkedPriority(change.priority());
        Instant notBefore = TaskOptions.checkedTime(change.notBefore());
        if (priority == null && notBefore == null) {
            throw ProblemException.invalid(
                    "Give priority or not_before or both; nothing else of a task can be changed.");
        }
        return after(Action.TASK_CHANGE, id, task -> control.change(user.id(), task, priority, notBefore));
    }

    /** Pauses a task: no file starts any more until it is resumed; those that run go on. */
    @PostMapping("/{id}/pause")
    @Fails(ProblemType.ALREADY_FINISHED)
    TaskView pause(@PathVariable String id) {
        return after(Action.TASK_PAUSE, id, task -> control.pause(user.id(), task));
    }

    /** Resumes a paused task. */
    @PostMapping("/{id}/resume")
    @Fails(ProblemType.ALREADY_FINISHED)
    TaskView resume(@PathVariable String id) {
        return after(Action.TASK_RESUME, id, task -> control.resume(user.id(), task));
    }

    private TaskView after(Action action, String id, Function<UUID, TaskControl.Result> change) {
        UUID task = TaskId.require(id);
        TaskControl.Result changed = audit.of(
                action,
                () -> change.apply(task),
                result -> result == TaskControl.Result.DONE ? Optional.of(Subject.of(task)) : Optional.empty());
        return switch (changed) {
            case DONE -> views.of(tasks.require(id));
            case NOT_FOUND -> throw ProblemException.taskNotFound(id);
            case FINISHED ->
                throw new ProblemException(
                        ProblemType.ALREADY_FINISHED,
                        "The task " + task + " has ended, so nothing of it waits. GET /v1/tasks/" + task
                                + " shows how it ended.");
        };
    }

    /** Cancels a task: files that wait stop at once, files that run are killed. A second call changes nothing and succeeds too. */
    @PostMapping("/{id}/cancel")
    @Fails(ProblemType.ALREADY_FINISHED)
    CancelledTask cancel(@PathVariable String id) {
        UUID task = TaskId.require(id);
        Cancellation cancellation = tasks.cancel(task);
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

    private static @Nullable TaskStatus status(@Nullable String word) {
        return word == null
                ? null
                : TaskStatus.fromWord(word)
                        .orElseThrow(() -> ProblemException.invalid(
                                "The parameter status must be one of " + words() + ", but is " + word + "."));
    }

    private static @Nullable String outcome(@Nullable String word) {
        if (word != null && !OUTCOMES.contains(word)) {
            throw ProblemException.invalid(
                    "The parameter outcome must be one of " + String.join(", ", OUTCOMES) + ", but is " + word + ".");
        }
        return word;
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

    /**
     * A page of tasks.
     *
     * @param nextCursor the {@code cursor} of the next page; null on the last one
     */
    record TaskPage(List<TaskView> tasks, @Nullable String nextCursor) {
        /**
         * @param found the tasks of the page, and one more if there is another page
         */
        static TaskPage of(List<UploadTask> found, int limit, TaskViews views) {
            List<UploadTask> shown = found.subList(0, Math.min(found.size(), limit));
            return new TaskPage(
                    shown.stream().map(views::of).toList(),
                    found.size() == shown.size() ? null : cursorAfter(shown.get(shown.size() - 1)));
        }

        private static String cursorAfter(UploadTask task) {
            return PageRequest.cursorAfter(new Position(task.createdAt(), task.id()));
        }
    }

    /**
     * A page of files.
     *
     * @param nextCursor the {@code cursor} of the next page; null on the last one
     */
    record FilePage(List<FileView> files, @Nullable String nextCursor) {
        /**
         * @param found the files of the page, and one more if there is another page
         */
        static FilePage of(List<FileTask> found, int limit, Instant now) {
            List<FileTask> shown = found.subList(0, Math.min(found.size(), limit));
            return new FilePage(
                    shown.stream().map(file -> FileView.of(file, now)).toList(),
                    found.size() == shown.size()
                            ? null
                            : PageRequest.cursorAfter(
                                    shown.get(shown.size() - 1).id()));
        }
    }

    /**
     * What shall be another; null for what shall stay.
     *
     * @param priority 0 to 9; 9 runs first
     * @param notBefore when its next file may start, with an offset; a time that has passed means now
     */
    record TaskChange(@Nullable Integer priority, @Nullable String notBefore) {}

    /**
     * Which failed files to try again: those that every given member takes.
     *
     * @param errorCodes files that failed with one of these codes
     * @param retryable files whose failure may pass, or those whose may not
     * @param fileIds files with one of these ids
     * @param items files with one of these items
     */
    record RetryRequest(
            @Nullable List<@Nullable String> errorCodes,
            @Nullable Boolean retryable,
            @Nullable List<@Nullable Long> fileIds,
            @Nullable List<@Nullable String> items) {
        private static final int MAX_LENGTH = 10_000;

        RetrySelection selection() {
            return new RetrySelection(
                    checked("error_codes", errorCodes),
                    retryable,
                    checked("file_ids", fileIds),
                    checked("items", items));
        }

        private static <T> @Nullable List<T> checked(String member, @Nullable List<@Nullable T> values) {
            if (values == null) {
                return null;
            }
            if (values.size() > MAX_LENGTH) {
                throw ProblemException.invalid(
                        "The list " + member + " may have " + MAX_LENGTH + " entries. Send several requests.");
            }
            List<T> present = values.stream().filter(Objects::nonNull).toList();
            if (present.size() < values.size()
                    || present.stream().anyMatch(value -> value.toString().indexOf('\0') >= 0)) {
                throw ProblemException.invalid("The list " + member + " has a null or the character U+0000 in it.");
            }
            return present;
        }
    }

    /**
     * What a retry did.
     *
     * @param retried how many files wait again
     * @param skippedFiles how many could not be taken
     * @param skipped the first thousand of them with the reason
     */
    record RetriedTask(UUID taskId, int retried, int skippedFiles, List<RetriedFiles.Skipped> skipped) {
        static RetriedTask of(UUID task, RetriedFiles files) {
            return new RetriedTask(task, files.retried(), files.skippedCount(), files.skipped());
        }
    }

    /**
     * A task that is cancelled.
     *
     * @param cancelledFiles how many files this call stopped; 0 if the task had been cancelled before
     */
    record CancelledTask(UUID taskId, String outcome, int cancelledFiles) {}
}
