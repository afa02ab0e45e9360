package io.filemill.api.task;

import io.filemill.api.cache.EntityTag;
import io.filemill.db.failure.Failure;
import io.filemill.db.task.FailureGroup;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.UploadTask;
import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.WebRequest;

/** Shows why files of a task failed, by cause, and what to do about each. */
@RestController
final class FailureController {
    private final VisibleTasks visible;
    private final FileTaskRepository files;

    FailureController(VisibleTasks visible, FileTaskRepository files) {
        this.visible = visible;
        this.files = files;
    }

    /** Lists the failed files of a task by cause, the most frequent first. */
    @GetMapping("/v1/tasks/{id}/failures")
    ResponseEntity<FailureList> list(@PathVariable String id, WebRequest request) {
        UploadTask task = visible.require(id);
        return EntityTag.of(task.version()) // failures change only together with their task
                .answer(
                        request,
                        () -> new FailureList(files.failures(task.id()).stream()
                                .map(FailureView::of)
                                .toList()));
    }

    /**
     * The failures of a task.
     *
     * @param failures its causes, the most frequent first
     */
    record FailureList(List<FailureView> failures) {}

    /**
     * A cause of failures.
     *
     * @param errorCode a stable word for programs, for example {@code ENCRYPTED}
     * @param files how many files failed because of it
     * @param whatToDo a sentence or two for a person
     * @param example one of these files
     */
    record FailureView(
            String errorCode,
            String errorComponent,
            String errorActionableBy,
            boolean errorRetryable,
            long files,
            String whatToDo,
            FailedExample example) {

        static FailureView of(FailureGroup group) {
            Failure failure = group.example();
            return new FailureView(
                    failure.code(),
                    failure.component().word(),
                    failure.actionableBy().name(),
                    failure.retryable(),
                    group.files(),
                    Advice.on(failure),
                    new FailedExample(
                            group.exampleId(),
                            group.exampleFilename(),
                            failure.phase().word(),
                            failure.message()));
        }
    }

    /**
     * A file that failed.
     *
     * @param error what is wrong with it
     */
    record FailedExample(long fileId, String filename, String errorPhase, String error) {}
}
