package io.filemill.api.openrag;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.filemill.api.cache.EntityTag;
import io.filemill.api.openapi.Responds;
import io.filemill.api.openrag.OpenRagTask.OpenRagFile;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.api.security.CurrentUser;
import io.filemill.api.task.TaskDeletion;
import io.filemill.api.task.TaskId;
import io.filemill.api.task.TaskRetry;
import io.filemill.db.task.Cancellation;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.Removal;
import io.filemill.db.task.RetriedFiles;
import io.filemill.db.task.RetrySelection;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.task.UploadTask;
import io.filemill.db.task.UploadTaskRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.WebRequest;

/** OpenRAG's routes that show, cancel and retry tasks. Their bodies have no pages, so they are capped. */
@RestController
final class OpenRagTaskController {
    static final int MAX_FILES = 10_000;
    static final int MAX_TASKS = 100;
    private static final String NOT_FOUND = "Task not found";

    private final UploadTaskRepository tasks;
    private final FileTaskRepository files;
    private final TaskRetry retry;
    private final TaskDeletion deletion;
    private final CurrentUser user;

    OpenRagTaskController(
            UploadTaskRepository tasks,
            FileTaskRepository files,
            TaskRetry retry,
            TaskDeletion deletion,
            CurrentUser user) {
        this.tasks = tasks;
        this.files = files;
        this.retry = retry;
        this.deletion = deletion;
        this.user = user;
    }

    /** Shows a task with its files, up to ten thousand. */
    @GetMapping("/tasks/{id}")
    @Responds(status = 200, body = OpenRagTask.class)
    @Responds(status = 404, body = ErrorView.class)
    ResponseEntity<Object> show(@PathVariable String id, WebRequest request) {
        return find(id).map(task -> show(task, request, OpenRagFile::of)).orElseGet(OpenRagTaskController::notFound);
    }

    /** Shows a task with its files, and of failed ones what failed, in which phase, and who can act. */
    @GetMapping("/tasks/{id}/enhanced")
    @Responds(status = 200, body = OpenRagTask.class)
    @Responds(status = 404, body = ErrorView.class)
    ResponseEntity<Object> showEnhanced(@PathVariable String id, WebRequest request) {
        return find(id).map(task -> show(task, request, OpenRagFile::enhanced))
                .orElseGet(OpenRagTaskController::notFound);
    }

    /** As {@code /tasks/{id}/enhanced}, for clients of OpenRAG's public API. */
    @GetMapping("/v1/tasks/{id}/enhanced")
    @Responds(status = 200, body = OpenRagTask.class)
    ResponseEntity<Object> showEnhancedV1(@PathVariable String id, WebRequest request) {
        return find(id).map(task -> show(task, request, OpenRagFile::enhanced))
                .orElseThrow(() -> new ProblemException(
                        ProblemType.NOT_FOUND,
                        "There is no task " + id
                                + ". GET /v1/tasks lists those that exist; finished ones are deleted after a time.",
                        Map.of("error", NOT_FOUND)));
    }

    private Optional<UploadTask> find(String id) {
        return TaskId.parse(id).flatMap(task -> tasks.find(user.id(), task));
    }

    private static ResponseEntity<Object> notFound() {
        return error(HttpStatus.NOT_FOUND, NOT_FOUND);
    }

    /** The files of a task that has ended change only together with it, so they need not be read to answer that nothing changed. */
    private ResponseEntity<Object> show(UploadTask task, WebRequest request, Function<FileTask, OpenRagFile> view) {
        if (task.status().isFinal()) {
            return EntityTag.of(task.version())
                    .answer(request, () -> OpenRagTask.of(task, listFiles(task.id()), MAX_FILES, view));
        }
        List<FileTask> found = listFiles(task.id());
        return EntityTag.of(versions(List.of(task), found))
                .answer(request, () -> OpenRagTask.of(task, found, MAX_FILES, view));
    }

    private List<FileTask> listFiles(UUID task) {
        return files.list(task, null, null, 0, MAX_FILES + 1);
    }

    /** Lists the newest hundred tasks, newest first, without their completed files. */
    @GetMapping("/tasks")
    ResponseEntity<OpenRagTaskList> list(WebRequest request) {
        return list(request, OpenRagFile::of);
    }

    /** Lists the newest hundred tasks without their completed files, and of failed ones what failed, in which phase, and who can act. */
    @GetMapping({"/tasks/enhanced", "/v1/tasks/enhanced"})
    ResponseEntity<OpenRagTaskList> listEnhanced(WebRequest request) {
        return list(request, OpenRagFile::enhanced);
    }

    private ResponseEntity<OpenRagTaskList> list(WebRequest request, Function<FileTask, OpenRagFile> view) {
        List<UploadTask> found = tasks.list(user.id(), MAX_TASKS + 1, null);
        if (found.stream().allMatch(task -> task.status().isFinal())) {
            return EntityTag.of(versions(found, List.of()))
                    .answer(request, () -> OpenRagTaskList.of(found, listNotCompleted(found), view));
        }
        List<List<FileTask>> notCompleted = listNotCompleted(found);
        return EntityTag.of(versions(
                        found, notCompleted.stream().flatMap(List::stream).toList()))
                .answer(request, () -> OpenRagTaskList.of(found, notCompleted, view));
    }

    /** The files that are shown of each task that is shown; one more of the last task with files if not all of them are. */
    private List<List<FileTask>> listNotCompleted(List<UploadTask> found) {
        List<List<FileTask>> filesOfTasks = new ArrayList<>();
        int room = MAX_FILES;
        for (UploadTask task : found.subList(0, Math.min(found.size(), MAX_TASKS))) {
            List<FileTask> notCompleted = task.successfulFiles() == task.totalFiles()
                    ? List.of()
                    : files.listNotCompleted(task.id(), room + 1);
            filesOfTasks.add(notCompleted);
            room = Math.max(0, room - notCompleted.size());
        }
        return filesOfTasks;
    }

    private static List<String> versions(List<UploadTask> tasks, List<FileTask> files) {
        return Stream.concat(
                        tasks.stream().map(UploadTask::version), files.stream().map(FileTask::version))
                .toList();
    }

    /** Cancels a task that has not ended; the second call is refused. */
    @PostMapping("/tasks/{id}/cancel")
    @Responds(status = 200, body = CancelledTask.class)
    @Responds(status = 400, body = ErrorView.class)
    ResponseEntity<Object> cancel(@PathVariable String id) {
        return TaskId.parse(id)
                .filter(task -> tasks.cancel(user.id(), task) instanceof Cancellation.Cancelled)
                .<ResponseEntity<Object>>map(task -> ResponseEntity.ok(new CancelledTask("cancelled", task)))
                .orElseGet(() -> error(HttpStatus.BAD_REQUEST, "Task not found or cannot be cancelled"));
    }

    /**
     * Deletes a task that has ended, with its history and the uploaded bytes; its documents stay. One of another user is not found, whoever
     * that user is.
     */
    @DeleteMapping("/tasks/{id}")
    @Responds(status = 200, body = DeletedTask.class)
    @Responds(status = 404, body = ErrorView.class)
    @Responds(status = 409, body = ErrorView.class)
    ResponseEntity<Object> delete(@PathVariable String id) {
        Removal removal = TaskId.parse(id).map(deletion::delete).orElse(Removal.NOT_FOUND);
        return switch (removal) {
            case REMOVED -> ResponseEntity.ok(new DeletedTask("deleted", id));
            case NOT_FOUND -> notFound();
            case IN_PROGRESS -> error(HttpStatus.CONFLICT, "Task is still in progress");
        };
    }

    /** Deletes all tasks of the caller that have ended. */
    @DeleteMapping("/tasks")
    DeletedTasks deleteEnded() {
        List<UUID> deleted = deletion.deleteEnded();
        return new DeletedTasks("deleted", deleted.size(), deleted);
    }

    /** Runs the named files, or all, again that failed in a way that may pass. */
    @PostMapping("/tasks/{id}/retry")
    @Responds(status = 202, body = RetriedTask.class)
    @Responds(status = 400, body = NothingToRetry.class)
    @Responds(status = 400, body = ErrorView.class)
    @Responds(status = 404, body = ErrorView.class)
    @Responds(status = 409, body = TaskInProgress.class)
    ResponseEntity<Object> retry(@PathVariable String id, @RequestBody(required = false) @Nullable RetryFiles body) {
        UploadTask task = find(id).orElse(null);
        if (task == null) {
            return notFound();
        }
        if (!task.status().isFinal()) {
            return ResponseEntity.status(HttpStatus.CONFLICT)
                    .body(new TaskInProgress(
                            "task_in_progress", "Wait until the task has ended, or cancel it.", task.id()));
        }
        List<String> paths = body == null ? null : body.filePaths();
        if (paths != null && !paths.stream().allMatch(OpenRagTaskController::canBeAPath)) {
            return error(HttpStatus.BAD_REQUEST, "Invalid file_paths");
        }
        RetriedFiles retried = retry.retry(task.id(), new RetrySelection(null, true, null, paths))
                .orElse(new RetriedFiles(0, 0, List.of()));
        List<SkippedFile> skipped = new ArrayList<>();
        retried.skipped().forEach(file -> skipped.add(new SkippedFile(file.item(), file.filename(), file.reason())));
        files.list(task.id(), TaskStatus.FAILED, null, 0, MAX_FILES).stream()
                .filter(file -> paths == null || paths.contains(file.item()))
                .filter(file -> file.failure() != null && !file.failure().retryable())
                .forEach(file -> skipped.add(new SkippedFile(file.item(), file.filename(), "not_retryable")));
        return retried.retried() > 0
                ? ResponseEntity.accepted().body(new RetriedTask(task.id(), retried.retried(), skipped, "accepted"))
                : ResponseEntity.badRequest()
                        .body(new NothingToRetry("no_op", 0, skipped, "No retryable files with available source data"));
    }

    /** The database stores no U+0000, so it cannot be asked for one either. */
    private static boolean canBeAPath(@Nullable String path) {
        return path != null && path.indexOf('\0') < 0;
    }

    /** Cancels one file, named by its path, that waits or runs. */
    @PostMapping("/tasks/{id}/files/cancel")
    @Responds(status = 200, body = CancelledFile.class)
    @Responds(status = 400, body = ErrorView.class)
    ResponseEntity<Object> cancelFile(@PathVariable String id, @RequestBody CancelFile body) {
        String path = body.filePath();
        return TaskId.parse(id)
                .filter(task -> path != null
                        && canBeAPath(path)
                        && tasks.cancelFile(user.id(), task, path) instanceof Cancellation.Cancelled)
                .<ResponseEntity<Object>>map(task -> ResponseEntity.ok(new CancelledFile("cancelled", task, path)))
                .orElseGet(() -> error(HttpStatus.BAD_REQUEST, "File not found or cannot be cancelled"));
    }

    private static ResponseEntity<Object> error(HttpStatus status, String error) {
        return ResponseEntity.status(status).body(new ErrorView(error));
    }

    /**
     * A list of tasks.
     *
     * @param tasksTruncated true if there are more tasks than are shown; absent otherwise
     */
    record OpenRagTaskList(
            List<OpenRagTask> tasks,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Boolean tasksTruncated) {

        /**
         * @param found the tasks to show, and possibly one more
         * @param notCompleted the files of each task to show, and possibly one more where they are cut
         */
        static OpenRagTaskList of(
                List<UploadTask> found, List<List<FileTask>> notCompleted, Function<FileTask, OpenRagFile> view) {
            List<OpenRagTask> shown = new ArrayList<>();
            int room = MAX_FILES;
            for (int i = 0; i < notCompleted.size(); i++) {
                OpenRagTask task = OpenRagTask.of(found.get(i), notCompleted.get(i), room, view);
                shown.add(task);
                room -= task.files().size();
            }
            return new OpenRagTaskList(shown, found.size() > MAX_TASKS ? true : null);
        }
    }

    /** What is wrong. */
    record ErrorView(String error) {}

    record CancelledTask(String status, UUID taskId) {}

    record DeletedTask(String status, String taskId) {}

    record DeletedTasks(String status, int count, List<UUID> deletedIds) {}

    record RetryFiles(@Nullable List<String> filePaths) {}

    record RetriedTask(UUID taskId, int retried, List<SkippedFile> skipped, String status) {}

    record NothingToRetry(String status, int retried, List<SkippedFile> skipped, String message) {}

    record TaskInProgress(String error, String message, UUID taskId) {}

    record SkippedFile(@Nullable String filePath, @Nullable String filename, String reason) {}

    record CancelFile(@Nullable String filePath) {}

    record CancelledFile(
            String status, UUID taskId, @Nullable String filePath) {}
}
