package io.filemill.api.task;

import io.filemill.api.openapi.Fails;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.api.security.CurrentUser;
import io.filemill.api.task.TaskController.FilePage;
import io.filemill.api.task.TaskController.RetriedTask;
import io.filemill.db.task.Cancellation;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.RetrySelection;
import io.filemill.db.task.UploadTaskRepository;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Shows single files of the caller's tasks with their history, and cancels and retries them. */
@RestController
final class FileController {
    private final UploadTaskRepository tasks;
    private final FileTaskRepository files;
    private final TaskRetry retry;
    private final CurrentUser user;
    private final Clock clock;

    FileController(
            UploadTaskRepository tasks, FileTaskRepository files, TaskRetry retry, CurrentUser user, Clock clock) {
        this.tasks = tasks;
        this.files = files;
        this.retry = retry;
        this.user = user;
        this.clock = clock;
    }

    /** Shows a file with the attempts before its current or last one. */
    @GetMapping("/v1/files/{id}")
    FileView show(@PathVariable String id) {
        FileTask file = find(id);
        return FileView.withAttempts(file, files.attempts(file.id()), clock.instant());
    }

    /** Cancels a file that waits or runs. A second call changes nothing and succeeds too. */
    @PostMapping("/v1/files/{id}/cancel")
    @Fails(ProblemType.ALREADY_FINISHED)
    CancelledFile cancel(@PathVariable String id) {
        FileTask file = find(id);
        Cancellation cancellation = tasks.cancelFile(user.id(), file.id());
        if (cancellation instanceof Cancellation.NotFound) {
            throw notFound(id);
        }
        if (cancellation instanceof Cancellation.AlreadyFinished) {
            throw new ProblemException(
                    ProblemType.ALREADY_FINISHED,
                    "The file " + file.id() + " had ended before, so it cannot be cancelled. GET /v1/files/" + file.id()
                            + " shows how it ended.");
        }
        return new CancelledFile(file.id(), file.uploadTaskId(), "cancelled");
    }

    /** Runs a failed file again; the answer tells why if it cannot be. */
    @PostMapping("/v1/files/{id}/retry")
    @ResponseStatus(HttpStatus.ACCEPTED)
    RetriedTask retry(@PathVariable String id) {
        FileTask file = find(id);
        return retry.retry(file.uploadTaskId(), new RetrySelection(null, null, List.of(file.id()), null))
                .map(retried -> RetriedTask.of(file.uploadTaskId(), retried))
                .orElseThrow(() -> notFound(id));
    }

    /** Lists files that took a process down each time they were tried. */
    @GetMapping("/v1/quarantine")
    FilePage quarantine(
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String cursor) {
        PageRequest page = PageRequest.of(limit, cursor);
        return FilePage.of(
                files.listQuarantined(user.id(), page.afterFile(), page.limit() + 1), page.limit(), clock.instant());
    }

    private FileTask find(String id) {
        try {
            return files.find(user.id(), Long.parseLong(id)).orElseThrow(() -> notFound(id));
        } catch (NumberFormatException e) {
            throw notFound(id);
        }
    }

    private static ProblemException notFound(String id) {
        return new ProblemException(
                ProblemType.NOT_FOUND,
                "There is no file " + id + ". GET /v1/tasks/{id}/files lists the files of a task with their ids.");
    }

    /** A file that is cancelled. */
    record CancelledFile(long fileId, UUID taskId, String outcome) {}
}
