package io.filemill.api.upload;

import io.filemill.db.storage.FileStore;
import io.filemill.db.storage.FileStore.StoredFile;
import io.filemill.db.task.NewFileTask;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files and fields of one multipart request. The bytes lie in the file store under the id of the task to be; closing this deletes
 * them, unless they were handed over to a submission. For use by one thread.
 */
public final class ReceivedFiles implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReceivedFiles.class);

    private final UUID taskId = UUID.randomUUID();
    private final FileStore store;
    private final Map<String, String> fields = new HashMap<>();
    private final List<NewFileTask> files = new ArrayList<>();
    private final Set<String> items = new HashSet<>();
    private final Map<String, Map<String, NewFileTask>> byNameAndContent = new HashMap<>();
    private int fieldCount;
    private int fieldBytes;
    private boolean handedOver;

    ReceivedFiles(FileStore store) {
        this.store = store;
    }

    /** The value of a text field, or empty if the request has none of that name. */
    public Optional<String> field(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    /** How many files the request had, duplicates included. */
    public int count() {
        return files.size();
    }

    UUID taskId() {
        return taskId;
    }

    /** Duplicates are among them under the item that they repeat, so that they are counted. */
    List<NewFileTask> files() {
        return files;
    }

    void addField(String name, String value) {
        fields.put(name, value);
        fieldCount++;
        fieldBytes += value.getBytes(StandardCharsets.UTF_8).length;
    }

    /** How many text fields came, repeated ones included. */
    int fieldCount() {
        return fieldCount;
    }

    /** How long the text fields are together. */
    int fieldBytes() {
        return fieldBytes;
    }

    /**
     * Stores a file. The same name with the same content again is a duplicate, whose bytes are deleted; the same name with other content
     * becomes an item with a number, so that nothing is lost.
     */
    void addFile(@Nullable String clientName, InputStream bytes) throws IOException {
        String name = Items.uploadedName(clientName);
        StoredFile stored = store.store(taskId, files.size(), bytes);
        Map<String, NewFileTask> sameName = byNameAndContent.computeIfAbsent(name, key -> new HashMap<>());
        NewFileTask duplicate = sameName.get(stored.sha256());
        if (duplicate != null) {
            Files.deleteIfExists(store.path(stored.storedAs()));
            files.add(duplicate);
            return;
        }
        var file = new NewFileTask(
                freeItem(name, sameName.size() + 1),
                Items.displayName(name),
                stored.storedAs(),
                stored.sizeBytes(),
                stored.sha256());
        sameName.put(stored.sha256(), file);
        files.add(file);
    }

    private String freeItem(String name, int number) {
        String item = number == 1 ? name : name + " (" + number + ")";
        return items.add(item) ? item : freeItem(name, number + 1);
    }

    /** From now on the bytes belong to the submission. */
    void handOver() {
        handedOver = true;
    }

    /** The submission never began, so the bytes are no task's. */
    void takeBack() {
        handedOver = false;
    }

    @Override
    public void close() {
        if (!handedOver) {
            try {
                store.delete(taskId);
            } catch (IOException e) {
                LOG.atWarn()
                        .addKeyValue("task_id", taskId)
                        .setCause(e)
                        .log("Files of a refused upload could not be deleted, the purge will do it");
            }
        }
    }
}
