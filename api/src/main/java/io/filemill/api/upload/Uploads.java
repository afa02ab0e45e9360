package io.filemill.api.upload;

import io.filemill.api.ApiProperties;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.api.security.CurrentUser;
import io.filemill.api.security.UserTokens;
import io.filemill.db.listing.FoundFiles;
import io.filemill.db.queue.AdmissionException;
import io.filemill.db.queue.IdempotencyException;
import io.filemill.db.queue.IdempotencyKey;
import io.filemill.db.queue.Submission;
import io.filemill.db.queue.Submission.Accepted;
import io.filemill.db.storage.FileStore;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import org.springframework.transaction.CannotCreateTransactionException;

/** Makes tasks from uploaded files, from paths and from items, for the current user. Safe for use by several threads. */
@Component
public final class Uploads {
    private final MultipartReceiver receiver;
    private final IngestRoots roots;
    private final Acceptance acceptance;
    private final Set<String> processors;
    private final CurrentUser user;

    @Autowired
    Uploads(MultipartReceiver receiver, IngestRoots roots, Queue queue, ApiProperties properties, CurrentUser user) {
        this(receiver, roots, queue, properties.processors(), user);
    }

    Uploads(FileStore store, IngestRoots roots, Acceptance acceptance, Set<String> processors, CurrentUser user) {
        this(new MultipartReceiver(store, MultipartReceiver.Limits.NONE), roots, acceptance, processors, user);
    }

    Uploads(
            MultipartReceiver receiver,
            IngestRoots roots,
            Acceptance acceptance,
            Set<String> processors,
            CurrentUser user) {
        this.receiver = receiver;
        this.roots = roots;
        this.acceptance = acceptance;
        this.processors = processors;
        this.user = user;
    }

    /** What records a task, as {@link Submission#submit} does. */
    interface Acceptance {
        Optional<Accepted> submit(NewUploadTask task, FoundFiles files, @Nullable IdempotencyKey key);

        /** Throws if nothing of the user can be accepted now, as {@link Submission#requireRoom} does. */
        default void requireRoom(String userId) {}

        /** Throws if no task of the processor can be accepted from the caller, as {@link UserTokens#require} does. */
        default void requireToken(String processor) {}
    }

    /**
     * Checks what a client asks for.
     *
     * @throws ProblemException if it cannot be had
     */
    public TaskOptions options(TaskOptions.Request request) {
        TaskOptions options = TaskOptions.of(processors, request);
        acceptance.requireToken(options.processor());
        return options;
    }

    /**
     * Stores the files of a multipart request. The caller closes what this returns.
     *
     * @throws IOException if the request could not be read or the files not be stored; nothing is then left of them
     * @throws AdmissionException if there is no room in the queue, so that the bytes need not be read
     */
    public ReceivedFiles receive(HttpServletRequest request) throws IOException {
        requireRoom(request.getHeader(IdempotencyKeyHeader.NAME));
        return receiver.receive(request);
    }

    /**
     * Makes a task of received files.
     *
     * @param idempotencyKey what the client named the submission, or null
     * @throws ProblemException if there are none
     */
    public AcceptedUpload accept(ReceivedFiles received, TaskOptions options, @Nullable String idempotencyKey) {
        if (received.count() == 0) {
            throw new ProblemException(
                    ProblemType.NO_FILES,
                    "The request has no file. Send each one as a part named file with a filename.");
        }
        IdempotencyKey key = IdempotencyKeyHeader.key(idempotencyKey, options, contents(received));
        // A failure from here on may hide a commit that succeeded. The purge deletes stored bytes that no task knows.
        received.handOver();
        try {
            Accepted accepted = submit(
                            received.taskId(), options, received.files().iterator(), key)
                    .orElseThrow();
            if (accepted.replayed()) {
                received.takeBack();
            }
            return AcceptedUpload.of(accepted);
        } catch (CannotCreateTransactionException | IdempotencyException | AdmissionException e) {
            received.takeBack();
            throw e;
        }
    }

    private static List<String> contents(ReceivedFiles received) {
        return received.files().stream()
                .map(file -> file.item() + " " + file.sha256())
                .toList();
    }

    /**
     * Makes a task of the files under paths of this server. Where there are many, the first of them, and a node lists the others.
     *
     * @throws ProblemException if a path is not allowed, or if there is no file
     */
    public AcceptedUpload acceptPaths(List<String> paths, TaskOptions options, @Nullable String idempotencyKey) {
        var ignored = new IgnoredItems();
        var listing = new FileListing(roots, paths, ignored, FileListing.Limit.OF_A_REQUEST);
        IdempotencyKey key = IdempotencyKeyHeader.key(idempotencyKey, options, paths);
        return acceptance
                .submit(task(UUID.randomUUID(), options), listing, key)
                .map(accepted -> AcceptedUpload.of(accepted, ignored))
                .orElseThrow(() -> new ProblemException(
                        ProblemType.NO_FILES,
                        "There is no file to ingest under the given paths.",
                        Map.of("ignored_files", ignored.count(), "ignored", ignored.first())));
    }

    /**
     * Makes a task of the files in a folder of this server.
     *
     * @throws ProblemException if it is not a folder or not allowed, or if there is no file in it
     */
    public AcceptedUpload acceptFolder(String folder, TaskOptions options) {
        roots.requireFolder(folder);
        return acceptPaths(List.of(folder), options, null);
    }

    /**
     * Makes a task of strings that its processor understands. The {@code document} processor understands paths, so for it they are paths;
     * and since a worker opens a string that begins with a slash as a file for any processor, such a one must lie in the ingest roots too.
     *
     * @throws ProblemException if one of them cannot be an item, or if there are none
     */
    public AcceptedUpload acceptItems(List<String> items, TaskOptions options, @Nullable String idempotencyKey) {
        if (options.processor().equals(TaskOptions.DEFAULT_PROCESSOR)) {
            return acceptPaths(items, options, idempotencyKey);
        }
        Iterator<NewFileTask> files = items.stream().map(this::item).iterator();
        return submit(UUID.randomUUID(), options, files, IdempotencyKeyHeader.key(idempotencyKey, options, items))
                .map(AcceptedUpload::of)
                .orElseThrow(() -> new ProblemException(ProblemType.NO_FILES, "The list of items is empty."));
    }

    private NewFileTask item(String item) {
        if (item.isEmpty() || !Items.isText(item) || Items.isTooLong(item)) {
            throw ProblemException.invalid("Each item must have 1 to " + Items.MAX_BYTES
                    + " bytes and must contain neither the character U+0000 nor half a surrogate pair. One that begins with \""
                    + item.substring(0, Math.min(item.length(), 50)).replace('\0', '?') + "\" does not.");
        }
        if (item.startsWith("/")) {
            roots.requireRealPath(item);
        }
        return NewFileTask.notStored(item, Items.displayName(item));
    }

    /** Whose tasks are made. */
    String userId() {
        return user.id();
    }

    /** Throws if nothing of the current user can be accepted now. What has a key may have been accepted before, so that is left open. */
    void requireRoom(@Nullable String idempotencyKey) {
        if (idempotencyKey == null) {
            acceptance.requireRoom(user.id());
        }
    }

    /**
     * Records a task of the current user.
     *
     * @return empty, with nothing stored, if there was no file
     */
    Optional<Accepted> submit(UUID id, TaskOptions options, Iterator<NewFileTask> files, @Nullable IdempotencyKey key) {
        return acceptance.submit(task(id, options), FoundFiles.of(files), key);
    }

    private NewUploadTask task(UUID id, TaskOptions options) {
        return new NewUploadTask(
                id,
                user.id(),
                options.processor(),
                options.settings(),
                options.priority(),
                options.limits(),
                options.notBefore());
    }
}
