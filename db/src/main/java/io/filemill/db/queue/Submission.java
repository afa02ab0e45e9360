package io.filemill.db.queue;

import io.filemill.db.listing.FoundFiles;
import io.filemill.db.listing.NewListing;
import io.filemill.db.notification.Channel;
import io.filemill.db.task.FileTaskIntake;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import io.filemill.db.task.UploadTaskRepository;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Accepts uploads. An upload is accepted if and only if {@link #submit} returns it: its rows and first jobs are then committed, or will be with
 * the caller's transaction.
 */
public final class Submission {
    /** So that a million files take fewer savepoints than PostgreSQL keeps at hand for a transaction, which are 64. */
    private static final int BATCH = 16_000;

    private static final int BATCH_CHARACTERS = 4 << 20;

    /** A copy takes three more round trips than an insert. */
    private static final int WORTH_A_COPY = 1000;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final UploadTaskRepository uploadTasks;
    private final FileTaskIntake fileTasks;
    private final Feeder feeder;
    private final IdempotencyKeys keys;
    private final Listings listings;
    private final Admission admission;

    public Submission(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            UploadTaskRepository uploadTasks,
            FileTaskIntake fileTasks,
            Feeder feeder,
            Listings listings) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.uploadTasks = uploadTasks;
        this.fileTasks = fileTasks;
        this.feeder = feeder;
        this.keys = new IdempotencyKeys(jdbc);
        this.listings = listings;
        this.admission = new Admission(jdbc);
    }

    /**
     * What was accepted.
     *
     * @param totalFiles those that were found so far, if the task is being prepared
     * @param replayed whether it was an earlier submission with the same key; the id is that of the earlier task
     * @param preparing whether a node is to list more files of it
     */
    public record Accepted(UUID id, int totalFiles, int duplicatesIgnored, boolean replayed, boolean preparing) {}

    /** As {@link #submit(NewUploadTask, FoundFiles, IdempotencyKey)} with all files of the task. */
    public Optional<Accepted> submit(NewUploadTask task, Iterator<NewFileTask> files, @Nullable IdempotencyKey key) {
        return submit(task, FoundFiles.of(files), key);
    }

    /**
     * Records an upload task with its files and dispatches the first of them, in one transaction. A caller's transaction has to end soon, because
     * nobody else dispatches until then. Memory does not grow with the number of files. What the iterator throws rolls everything back. What
     * is left for a node to list makes a task that is being prepared.
     *
     * @param key if given, this and any later submission of the user with this key make one task together
     * @return empty, with nothing stored and the transaction marked for rollback, if there was no file and nothing to list
     * @throws IdempotencyException if the key was used for another request, or its first request is being recorded right now
     * @throws AdmissionException if there is no room for it in the queue
     */
    public Optional<Accepted> submit(NewUploadTask task, FoundFiles files, @Nullable IdempotencyKey key) {
        return submit(task, files, key, status -> true);
    }

    /** As {@link #submit}, for a caller's transaction that may last: the nodes dispatch the files when it commits. */
    public Optional<Accepted> submitWithin(NewUploadTask task, FoundFiles files, @Nullable IdempotencyKey key) {
        return submit(task, files, key, TransactionStatus::isNewTransaction);
    }

    private Optional<Accepted> submit(
            NewUploadTask task,
            FoundFiles files,
            @Nullable IdempotencyKey key,
            Predicate<TransactionStatus> dispatches) {
        Optional<Accepted> accepted = transaction.execute(status -> record(task, files, key, dispatches, status));
        accepted.filter(submission -> !submission.replayed())
                .ifPresent(submission -> fileTasks.committed(submission.totalFiles()));
        return accepted;
    }

    private Optional<Accepted> record(
            NewUploadTask task,
            FoundFiles files,
            @Nullable IdempotencyKey key,
            Predicate<TransactionStatus> dispatches,
            TransactionStatus status) {
        if (key != null) {
            Optional<Accepted> earlier = keys.begin(task.userId(), key);
            if (earlier.isPresent()) {
                return earlier;
            }
        }
        uploadTasks.insert(task);
        int given = 0;
        int stored = 0;
        boolean copying = true; // until an item comes twice
        boolean hasBytes = false;
        long room = admission.roomForFiles(task.userId());
        while (files.hasNext()) {
            List<NewFileTask> batch = next(files);
            given += batch.size();
            copying = copying && batch.size() >= WORTH_A_COPY && fileTasks.copy(task.id(), batch);
            stored += copying ? batch.size() : fileTasks.insert(task.id(), batch);
            hasBytes = hasBytes || batch.stream().anyMatch(file -> file.storedAs() != null);
            if (stored > room) { // as soon as that is known, not after a million
                uploadTasks.recordTotals(task.id(), stored, given - stored, 0);
                admission.require(task.userId(), task.id());
            }
        }
        Optional<NewListing> rest = files.rest();
        if (stored == 0 && rest.isEmpty()) {
            status.setRollbackOnly();
            return Optional.empty();
        }
        int failed = rest.isEmpty() ? 0 : listings.begin(task.id(), rest.get());
        uploadTasks.recordTotals(task.id(), stored, given - stored, failed);
        if (hasBytes) {
            uploadTasks.recordStoredBytes(task.id());
        }
        admission.require(task.userId(), task.id());
        var accepted = new Accepted(task.id(), stored + failed, given - stored, false, rest.isPresent());
        if (key != null) {
            keys.remember(task.userId(), key, accepted);
        }
        if (dispatches.test(status)) {
            feeder.feed();
        }
        Channel.WORK.send(jdbc, ""); // even if another process was feeding and could not see these rows
        return Optional.of(accepted);
    }

    /**
     * Says beforehand whether a submission of the user could be accepted at all.
     *
     * @throws AdmissionException if there is no room for any file in the queue
     */
    public void requireRoom(String userId) {
        admission.requireRoom(userId);
    }

    private static List<NewFileTask> next(Iterator<NewFileTask> files) {
        List<NewFileTask> batch = new ArrayList<>();
        int characters = 0;
        while (files.hasNext() && batch.size() < BATCH && characters < BATCH_CHARACTERS) {
            NewFileTask file = files.next();
            characters += file.item().length() + file.filename().length();
            batch.add(file);
        }
        return batch;
    }
}
