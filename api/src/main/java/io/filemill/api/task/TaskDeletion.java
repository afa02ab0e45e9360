package io.filemill.api.task;

import io.filemill.api.security.CurrentUser;
import io.filemill.db.storage.FileStore;
import io.filemill.db.task.Removal;
import io.filemill.db.task.UploadTaskRepository;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * Deletes tasks of the current user that have ended: their history and their stored bytes, not their documents. A task is gone for every
 * reader at once; its bytes and rows follow in the background, however many they are. What a stop of the server leaves, the next purge
 * deletes. Safe for use by several threads.
 */
@Component
public final class TaskDeletion implements DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(TaskDeletion.class);

    private final UploadTaskRepository tasks;
    private final FileStore store;
    private final CurrentUser user;
    private final ThreadPoolExecutor background;

    TaskDeletion(UploadTaskRepository tasks, FileStore store, CurrentUser user) {
        this.tasks = tasks;
        this.store = store;
        this.user = user;
        background = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
            var thread = new Thread(work, "task-deletion");
            thread.setDaemon(true);
            return thread;
        });
        background.allowCoreThreadTimeOut(true);
    }

    /** Deletes a task; one that has not ended is left as it is. */
    public Removal delete(UUID task) {
        Removal removal = tasks.remove(user.id(), task);
        if (removal == Removal.REMOVED) {
            background.execute(() -> wipe(task));
        }
        return removal;
    }

    /** Deletes all tasks that have ended; returns them, the newest first. */
    public List<UUID> deleteEnded() {
        List<UUID> removed = tasks.removeEnded(user.id());
        removed.forEach(task -> background.execute(() -> wipe(task)));
        return removed;
    }

    private void wipe(UUID task) {
        try {
            store.delete(task);
            tasks.delete(task);
        } catch (IOException | RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("uploadTaskId", task)
                    .addKeyValue("reason", e.getMessage())
                    .log("A deleted task keeps its bytes until the next purge");
        }
    }

    @Override
    public void destroy() {
        background.shutdownNow();
    }
}
