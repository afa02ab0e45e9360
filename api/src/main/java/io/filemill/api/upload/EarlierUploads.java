package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import io.filemill.db.storage.FileStore;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.UploadedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives the uploaded bytes of files of earlier tasks to a new task. What was given lies in the store when a file is returned, and is the
 * caller's to delete if the task is not accepted. For use by one thread.
 */
final class EarlierUploads {
    /** A report names files in the order of their ids, most of which follow each other. */
    private static final int READ_AHEAD = 1000;

    private final Lookup lookup;
    private final FileStore store;
    private final String userId;
    private final UUID taskId;
    private Map<Long, UploadedFile> known = Map.of();
    private long knownFrom = Long.MAX_VALUE;
    private int number;

    /** Finds uploaded files of a user by their ids, as {@code ReportRepository} does. */
    interface Lookup {
        List<UploadedFile> uploaded(String userId, long firstId, long lastId);
    }

    /**
     * @param userId whose files may be used
     * @param taskId the new task
     */
    EarlierUploads(Lookup lookup, FileStore store, String userId, UUID taskId) {
        this.lookup = lookup;
        this.store = store;
        this.userId = userId;
        this.taskId = taskId;
    }

    /**
     * A new file with the bytes of an earlier one.
     *
     * @throws ProblemException if the user has no such file any more, or it was not uploaded
     */
    NewFileTask again(long fileId, String item, String filename) {
        UploadedFile earlier = find(fileId);
        if (earlier == null) {
            throw gone(fileId);
        }
        try {
            String storedAs = store.share(earlier.storedAs(), taskId, number++);
            return new NewFileTask(item, filename, storedAs, earlier.sizeBytes(), earlier.sha256());
        } catch (NoSuchFileException e) {
            throw gone(fileId);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable UploadedFile find(long fileId) {
        if (fileId < 1 || fileId > Long.MAX_VALUE - READ_AHEAD) {
            return null;
        }
        if (fileId < knownFrom || fileId >= knownFrom + READ_AHEAD) {
            knownFrom = fileId;
            known = lookup.uploaded(userId, fileId, fileId + READ_AHEAD - 1).stream()
                    .collect(Collectors.toMap(UploadedFile::id, Function.identity()));
        }
        return known.get(fileId);
    }

    private static ProblemException gone(long fileId) {
        return ProblemException.invalid("The bytes of the uploaded file " + fileId
                + " are not kept any more, or it was not uploaded. Upload it again, or leave the line out.");
    }
}
