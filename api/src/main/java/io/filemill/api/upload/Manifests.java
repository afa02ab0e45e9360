package io.filemill.api.upload;

import io.filemill.api.ApiProperties;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.db.DatabaseProperties;
import io.filemill.db.queue.AdmissionException;
import io.filemill.db.queue.IdempotencyException;
import io.filemill.db.queue.IdempotencyKey;
import io.filemill.db.storage.FileStore;
import io.filemill.db.storage.FileStore.StoredFile;
import io.filemill.db.task.ReportRepository;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Makes tasks of manifests: lists of files, one on each line. A manifest lies on disk while its task is recorded, so that a slow client
 * keeps no transaction open. Safe for use by several threads.
 */
@Component
final class Manifests {
    private static final int BUFFER_BYTES = 1 << 16;

    private final FileStore store;
    private final IngestRoots roots;
    private final Uploads uploads;
    private final EarlierUploads.Lookup earlier;
    private final MultipartReceiver.Limits limits;

    @Autowired
    Manifests(
            FileStore store,
            IngestRoots roots,
            Uploads uploads,
            ReportRepository files,
            ApiProperties properties,
            DatabaseProperties database) {
        this(store, roots, uploads, files::uploaded, MultipartReceiver.Limits.of(properties, database));
    }

    Manifests(
            FileStore store,
            IngestRoots roots,
            Uploads uploads,
            EarlierUploads.Lookup earlier,
            MultipartReceiver.Limits limits) {
        this.store = store;
        this.roots = roots;
        this.uploads = uploads;
        this.earlier = earlier;
        this.limits = limits;
    }

    /**
     * Makes a task of the files that a manifest names. One line that cannot be accepted refuses all of it.
     *
     * @param idempotencyKey what the client named the submission, or null
     * @throws ProblemException if a line is not as it should be, or if there are none
     * @throws IOException if the client stops sending, or the disk fails
     */
    AcceptedUpload accept(InputStream body, ManifestFormat format, TaskOptions options, @Nullable String idempotencyKey)
            throws IOException {
        limits.room().require();
        uploads.requireRoom(idempotencyKey);
        UUID manifestId = UUID.randomUUID(); // its bytes lie apart from those of the task, which stay
        try {
            StoredFile stored = store.store(manifestId, 0, new PartBytes(guarded(body), limits.room()));
            var key = IdempotencyKeyHeader.key(idempotencyKey, options, List.of(format, stored.sha256()));
            try (var in = new BufferedInputStream(Files.newInputStream(store.path(stored.storedAs())), BUFFER_BYTES)) {
                return submit(format.read(in), options, key);
            }
        } finally {
            store.delete(manifestId);
        }
    }

    private AcceptedUpload submit(Manifest manifest, TaskOptions options, @Nullable IdempotencyKey key)
            throws IOException {
        UUID taskId = UUID.randomUUID();
        var bytes = new EarlierUploads(earlier, store, uploads.userId(), taskId);
        boolean itemsArePaths = options.processor().equals(TaskOptions.DEFAULT_PROCESSOR);
        var named = new ManifestFiles(manifest, new RealFolders(roots), bytes, itemsArePaths);
        try {
            return uploads.submit(taskId, options, named, key)
                    .map(AcceptedUpload::of)
                    .orElseThrow(() -> new ProblemException(ProblemType.NO_FILES, "The manifest names no file."));
        } catch (ProblemException | IdempotencyException | AdmissionException e) { // surely nothing was accepted
            store.delete(taskId);
            throw e;
        }
    }

    private GuardedBody guarded(InputStream body) {
        String tooLong = "The manifest is longer than " + limits.bytes()
                + " bytes. Send it as several tasks; filemill.upload.max-size is the limit.";
        return new GuardedBody(body, limits.bytes(), tooLong, limits.pace());
    }
}
