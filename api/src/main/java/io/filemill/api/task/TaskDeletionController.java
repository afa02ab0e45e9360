package io.filemill.api.task;

import io.filemill.api.openapi.Fails;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Deletes tasks that have ended, before the purge does. */
@RestController
@RequestMapping("/v1/tasks")
final class TaskDeletionController {
    private final TaskDeletion deletion;

    TaskDeletionController(TaskDeletion deletion) {
        this.deletion = deletion;
    }

    /**
     * Deletes a task that has ended. Its files, their history and the uploaded bytes go with it; the documents that were made of them stay.
     * A task that has not ended is left as it is: cancel it first.
     */
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Fails(ProblemType.STILL_RUNNING)
    void delete(@PathVariable String id) {
        UUID task = TaskId.require(id);
        switch (deletion.delete(task)) {
            case REMOVED -> {}
            case NOT_FOUND -> throw ProblemException.taskNotFound(id);
            case IN_PROGRESS ->
                throw new ProblemException(
                        ProblemType.STILL_RUNNING,
                        "The task " + task + " has not ended, so it cannot be deleted. POST /v1/tasks/" + task
                                + "/cancel ends it.");
        }
    }

    /** Deletes all of the caller's tasks that have ended. */
    @DeleteMapping
    DeletedTasks deleteEnded() {
        List<UUID> deleted = deletion.deleteEnded();
        return new DeletedTasks(deleted.size(), deleted);
    }

    /**
     * Which tasks a call deleted.
     *
     * @param taskIds the newest first
     */
    record DeletedTasks(int deletedTasks, List<UUID> taskIds) {}
}
