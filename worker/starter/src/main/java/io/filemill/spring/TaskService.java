package io.filemill.spring;

import io.filemill.db.Tables;
import io.filemill.db.listing.FoundFiles;
import io.filemill.db.queue.AdmissionException;
import io.filemill.db.task.Cancellation;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import io.filemill.db.task.Position;
import io.filemill.db.task.TaskLimits;
import io.filemill.db.task.UploadTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Ingests files for an application, durably: the calls of OpenRAG's task service, kept in the application's database. Every method reads and
 * writes in the transaction that runs on the calling thread, or in one of its own if none does. So a task is created exactly if the caller's
 * transaction commits, and no file of it starts before. Keep that transaction short: where limits are set, other submissions wait for it.
 *
 * <p>The node of this process, or of any other on the same database, runs the files. Safe for use by several threads.
 */
public final class TaskService {
    /** The user of tasks that belong to nobody. */
    public static final String ANONYMOUS = "anonymous";

    /** The processor of {@link #createUploadTask}: text by pages, searchable. */
    public static final String DOCUMENT = "document";

    private static final int PAGE = 1000;

    private final Tables tables;
    private final Cleanup cleanup;
    private final EmbeddedNode node;

    TaskService(Tables tables, Cleanup cleanup, EmbeddedNode node) {
        this.tables = tables;
        this.cleanup = cleanup;
        this.node = node;
    }

    EmbeddedNode node() {
        return node;
    }

    /**
     * Creates a task that ingests files as documents. Every node must see them under the same path; one that is missing, or is a folder, fails
     * by itself.
     *
     * @return the task's id
     * @throws IllegalArgumentException if there is no file
     * @throws AdmissionException if the queue has no room for them
     */
    public UUID createUploadTask(String userId, Collection<Path> files) {
        return create(
                userId,
                DOCUMENT,
                JsonNodeFactory.instance.objectNode(),
                files.stream().map(TaskService::file).toList());
    }

    /**
     * Creates a task of anything that a processor understands. An item that begins with a slash is a path, and the processor gets its bytes.
     *
     * @param processor the name of a {@code FileProcessor} bean, or of one of Filemill's own
     * @return the task's id
     * @throws IllegalArgumentException if there is no item, or one is empty or longer than {@link NewFileTask#MAX_ITEM_BYTES}
     * @throws AdmissionException if the queue has no room for them
     */
    public UUID createCustomTask(String userId, String processor, Collection<String> items) {
        return createCustomTask(userId, processor, items, JsonNodeFactory.instance.objectNode());
    }

    /**
     * As {@link #createCustomTask(String, String, Collection)} with settings.
     *
     * @param settings a JSON object that the processor gets with each file
     */
    public UUID createCustomTask(String userId, String processor, Collection<String> items, JsonNode settings) {
        return create(
                userId,
                processor,
                settings,
                items.stream().map(TaskService::item).toList());
    }

    private UUID create(String userId, String processor, JsonNode settings, List<NewFileTask> files) {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("A task needs at least one file.");
        }
        var task = new NewUploadTask(
                UUID.randomUUID(), userId, processor, settings, NewUploadTask.DEFAULT_PRIORITY, TaskLimits.OF_THE_NODE);
        return tables.submission()
                .submitWithin(task, FoundFiles.of(files.iterator()), null)
                .orElseThrow()
                .id();
    }

    private static NewFileTask file(Path file) {
        String path = real(file).toString();
        return NewFileTask.notStored(checked(path), String.valueOf(file.getFileName()));
    }

    /** Nodes do not follow links, so that nobody can put one in the place of a file. */
    private static Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return file.toAbsolutePath().normalize(); // the node says what is wrong with it
        }
    }

    private static NewFileTask item(String item) {
        return item.startsWith("/") ? file(Path.of(item)) : NewFileTask.notStored(checked(item), item);
    }

    private static String checked(String item) {
        if (item.isEmpty() || item.indexOf('\0') >= 0 || NewFileTask.isTooLong(item)) {
            throw new IllegalArgumentException("An item must have 1 to " + NewFileTask.MAX_ITEM_BYTES
                    + " bytes without the character U+0000, which one that begins with \""
                    + item.substring(0, Math.min(item.length(), 50)).replace('\0', '?') + "\" has not.");
        }
        return item;
    }

    /** A task with its counters, if the user has it. */
    public Optional<UploadTask> getTaskStatus(String userId, UUID taskId) {
        return tables.uploadTasks().find(userId, taskId);
    }

    /**
     * Files of a task in the order of their submission, with results and errors.
     *
     * @param after the id of the file before the first one; 0 to begin
     * @param limit how many at most
     * @return nothing if the user has no such task
     */
    public List<FileTask> getFiles(String userId, UUID taskId, long after, int limit) {
        return getTaskStatus(userId, taskId)
                .map(task -> tables.fileTasks().list(task.id(), null, null, after, limit))
                .orElse(List.of());
    }

    /** All tasks of the user that are not purged, newest first, with their counters. */
    public List<UploadTask> getAllTasks(String userId) {
        List<UploadTask> all = new ArrayList<>();
        Position after = null;
        List<UploadTask> page;
        do {
            page = tables.uploadTasks().list(userId, PAGE, after);
            all.addAll(page);
            if (!page.isEmpty()) {
                UploadTask last = page.get(page.size() - 1);
                after = new Position(last.createdAt(), last.id());
            }
        } while (page.size() == PAGE);
        return all;
    }

    /**
     * Stops a task: files that wait at once, those that run within moments of the commit.
     *
     * @return whether it is cancelled now; false if it had ended before or the user has no such task
     */
    public boolean cancelTask(String userId, UUID taskId) {
        Cancellation cancellation = tables.uploadTasks().cancel(userId, taskId);
        return cancellation instanceof Cancellation.Cancelled || cancellation instanceof Cancellation.AlreadyCancelled;
    }

    /**
     * Purges ended tasks from now on ({@code filemill.worker.purge-interval} and {@code purge-max-age}). Nodes do so by themselves: this is for
     * a process without one, in a cluster whose nodes do not run all the time. May be called again.
     */
    public void startCleanupScheduler() {
        if (!node.isRunning()) {
            cleanup.start();
        }
    }

    /** Stops purging, and drains and stops the node of this process. The application's end does so too. May be called again. */
    public void shutdown() {
        cleanup.stop();
        node.stop();
    }
}
