package io.filemill.api.task;

import io.filemill.api.audit.Action;
import io.filemill.api.audit.Audit;
import io.filemill.api.audit.Audit.Subject;
import io.filemill.api.security.CurrentUser;
import io.filemill.api.security.UserTokens;
import io.filemill.db.queue.Retry;
import io.filemill.db.storage.FileStore;
import io.filemill.db.task.FailedFile;
import io.filemill.db.task.RetriedFiles;
import io.filemill.db.task.RetrySelection;
import io.filemill.db.task.UploadTask;
import io.filemill.db.task.UploadTaskRepository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Tries failed files of the current user's tasks again. Safe for use by several threads. */
@Component
public final class TaskRetry {
    private final Retry retry;
    private final FileStore store;
    private final UploadTaskRepository tasks;
    private final CurrentUser user;
    private final UserTokens tokens;
    private final Audit audit;

    TaskRetry(
            Retry retry,
            FileStore store,
            UploadTaskRepository tasks,
            CurrentUser user,
            UserTokens tokens,
            Audit audit) {
        this.retry = retry;
        this.store = store;
        this.tasks = tasks;
        this.user = user;
        this.tokens = tokens;
        this.audit = audit;
    }

    /** As {@link Retry#retry} does it, without files whose bytes are gone; empty if the user has no such task. */
    public Optional<RetriedFiles> retry(UUID task, RetrySelection selection) {
        Optional<String> needsToken = needsToken(task);
        needsToken.ifPresent(tokens::require);
        return audit.of(
                Action.TASK_RETRY,
                () -> {
                    Optional<RetriedFiles> retried = retry.retry(user.id(), task, selection, this::hasSource);
                    if (retried.filter(files -> files.retried() > 0).isPresent()) {
                        needsToken.ifPresent(processor -> tokens.keep(task, processor));
                    }
                    return retried;
                },
                retried -> retried.filter(files -> files.retried() > 0)
                        .map(files -> Subject.of(task).with("files", files.retried())));
    }

    /** The processor of the task if it needs the token of who retries it: that of who submitted it was wiped when the task ended. */
    private Optional<String> needsToken(UUID task) {
        return tokens.areEverNeeded()
                ? tasks.find(user.id(), task).map(UploadTask::processor).filter(tokens::areNeededBy)
                : Optional.empty();
    }

    private boolean hasSource(FailedFile file) {
        if (file.storedAs() != null) {
            return Files.exists(store.path(file.storedAs()));
        }
        return !file.item().startsWith("/") || Files.exists(Path.of(file.item()));
    }
}
