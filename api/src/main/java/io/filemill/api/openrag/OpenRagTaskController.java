package io.filemill.api.openrag;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.filemill.api.cache.EntityTag;
import io.filemill.api.task.TaskId;
import io.filemill.api.task.TaskRetry;
import io.filemill.api.task.VisibleTasks;
import io.filemill.db.task.Cancellation;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.RetriedFiles;
import io.filemill.db.task.RetrySelection;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.task.UploadTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
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

    private final VisibleTasks tasks;
    private final FileTaskRepository files;
    private final TaskRetry retry;

    OpenRagTaskController(VisibleTasks tasks, FileTaskRepository files, TaskRetry retry) {
        this.tasks = tasks;
        this.files = files;
        this.retry = retry;
    }

    @GetMapping("/tasks/{id}")
    ResponseEntity<Object> show(@PathVariable String id, WebRequest request) {
        return TaskId.parse(id)
                .flatMap(tasks::find)
                .map(task -> show(task, request))
                .orElseGet(() -> error(HttpStatus.NOT_FOUND, "Task not found"));
    }

    /** The files of a task that has ended change only together with it, so they need not be read to answer that nothing changed. */
    private ResponseEntity<Object> show(UploadTask task, WebRequest request) {
        if (task.status().isFinal()) {
            return EntityTag.of(task.version())
                    .answer(request, () -> OpenRagTask.of(task, listFiles(task.id()), MAX_FILES));
        }
        List<FileTask> found = listFiles(task.id());
        return EntityTag.of(versions(List.of(task), found))
                .answer(request, () -> OpenRagTask.of(task, found, MAX_FILES));
    }

    private List<FileTask> listFiles(UUID task) {
        return files.list(task, null, null, 0, MAX_FILES + 1);
    }

    /** Newest first, without the completed files. */
    @GetMapping("/tasks")
    ResponseEntity<OpenRagTaskList> list(WebRequest request) {
        List<UploadTask> found = tasks.list(MAX_TASKS + 1, null);
        if (found.stream().allMatch(task -> task.status().isFinal())) {
            return EntityTag.of(versions(found, List.of()))
                    .answer(request, () -> OpenRagTaskList.of(found, listNotCompleted(found)));
        }
        List<List<FileTask>> notCompleted = listNotCompleted(found);
        return EntityTag.of(versions(
                        found, notCompleted.stream().flatMap(List::stream).toList()))
                .answer(request, () -> OpenRagTaskList.of(found, notCompleted));
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

    @PostMapping("/tasks/{id}/cancel")
    ResponseEntity<Object> cancel(@PathVariable String id) {
        return TaskId.parse(id)
                .filter(task -> tasks.cancel(task) instanceof Cancellation.Cancelled)
                .<ResponseEntity<Object>>map(task -> ResponseEntity.ok(new CancelledTask("cancelled", task)))
                .orElseGet(() -> error(HttpStatus.BAD_REQUEST, "Task not found or cannot be cancelled"));
    }

    /** Takes the named files, or all, that failed in a way that may pass. */
    @PostMapping("/tasks/{id}/retry")
    ResponseEntity<Object> retry(@PathVariable String id, @RequestBody(required = false) @Nullable RetryFiles body) {
        UploadTask task = TaskId.parse(id).flatMap(tasks::find).orElse(null);
        if (task == null) {
            return error(HttpStatus.NOT_FOUND, "Task not found");
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

    @PostMapping("/tasks/{id}/files/cancel")
    ResponseEntity<Object> cancelFile(@PathVariable String id, @RequestBody CancelFile body) {
        String path = body.filePath();
        return TaskId.parse(id)
                .filter(task -> path != null
                        && canBeAPath(path)
                        && tasks.cancelFile(task, path) instanceof Cancellation.Cancelled)
                .<ResponseEntity<Object>>map(task -> ResponseEntity.ok(new CancelledFile("cancelled", task, path)))
                .orElseGet(() -> error(HttpStatus.BAD_REQUEST, "File not found or cannot be cancelled"));
    }

    private static ResponseEntity<Object> error(HttpStatus status, String error) {
        return ResponseEntity.status(status).body(Map.of("error", error));
    }

    /**
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
        static OpenRagTaskList of(List<UploadTask> found, List<List<FileTask>> notCompleted) {
            List<OpenRagTask> shown = new ArrayList<>();
            int room = MAX_FILES;
            for (int i = 0; i < notCompleted.size(); i++) {
                OpenRagTask view = OpenRagTask.of(found.get(i), notCompleted.get(i), room);
                shown.add(view);
                room -= view.files().size();
            }
            return new OpenRagTaskList(shown, found.size() > MAX_TASKS ? true : null);
        }
    }

    record CancelledTask(String status, UUID taskId) {}

    record RetryFiles(@Nullable List<String> filePaths) {}

    record RetriedTask(UUID taskId, int retried, List<SkippedFile> skipped, String status) {}

    record NothingToRetry(String status, int retried, List<SkippedFile> skipped, String message) {}

    record TaskInProgress(String error, String message, UUID taskId) {}

    record SkippedFile(@Nullable String filePath, @Nullable String filename, String reason) {}

    record CancelFile(@Nullable String filePath) {}

    record CancelledFile(
            String status, UUID taskId, @Nullable String filePath) {}
}
