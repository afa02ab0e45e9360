package io.filemill.api.upload;

import io.filemill.api.ApiProperties;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.db.DatabaseProperties;
import io.filemill.db.storage.FileStore;
import io.filemill.db.storage.FileStore.StoredFile;
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
    private final MultipartReceiver.Limits limits;

    @Autowired
    Manifests(
            FileStore store,
            IngestRoots roots,
            Uploads uploads,
            ApiProperties properties,
            DatabaseProperties database) {
        this(store, roots, uploads, MultipartReceiver.Limits.of(properties, database));
    }

    Manifests(FileStore store, IngestRoots roots, Uploads uploads, MultipartReceiver.Limits limits) {
        this.store = store;
        this.roots = roots;
        this.uploads = uploads;
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
        UUID taskId = UUID.randomUUID();
        try {
            StoredFile stored = store.store(taskId, 0, new PartBytes(guarded(body), limits.room()));
            var key = IdempotencyKeyHeader.key(idempotencyKey, options, List.of(format, stored.sha256()));
            try (var in = new BufferedInputStream(Files.newInputStream(store.path(stored.storedAs())), BUFFER_BYTES)) {
                boolean itemsArePaths = options.processor().equals(TaskOptions.DEFAULT_PROCESSOR);
                var files = new ManifestFiles(format.read(in), new RealFolders(roots), itemsArePaths);
                return uploads.submit(taskId, options, files, key)
                        .map(AcceptedUpload::of)
                        .orElseThrow(() -> new ProblemException(ProblemType.NO_FILES, "The manifest names no file."));
            }
        } finally {
            store.delete(taskId);
        }
    }

    private GuardedBody guarded(InputStream body) {
        String tooLong = "The manifest is longer than " + limits.bytes()
                + " bytes. Send it as several tasks; filemill.upload.max-size is the limit.";
        return new GuardedBody(body, limits.bytes(), tooLong, limits.pace());
    }
}
