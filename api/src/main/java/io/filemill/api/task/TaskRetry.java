package io.filemill.api.task;

import io.filemill.api.security.CurrentUser;
import io.filemill.db.queue.Retry;
import io.filemill.db.storage.FileStore;
import io.filemill.db.task.FailedFile;
import io.filemill.db.task.RetriedFiles;
import io.filemill.db.task.RetrySelection;
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
    private final CurrentUser user;

    TaskRetry(Retry retry, FileStore store, CurrentUser user) {
        this.retry = retry;
        this.store = store;
        this.user = user;
    }

    /** As {@link Retry#retry} does it, without files whose bytes are gone; empty if the user has no such task. */
    public Optional<RetriedFiles> retry(UUID task, RetrySelection selection) {
        return retry.retry(user.id(), task, selection, this::hasSource);
    }

    private boolean hasSource(FailedFile file) {
        if (file.storedAs() != null) {
            return Files.exists(store.path(file.storedAs()));
        }
        return !file.item().startsWith("/") || Files.exists(Path.of(file.item()));
    }
}
