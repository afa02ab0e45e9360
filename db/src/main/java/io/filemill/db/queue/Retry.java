package io.filemill.db.queue;

import io.filemill.db.task.FailedFile;
import io.filemill.db.task.RetriedFiles;
import io.filemill.db.task.RetryRows;
import io.filemill.db.task.RetrySelection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.springframework.transaction.support.TransactionTemplate;

/** Tries failed files of a task again, because a user asked for it. Safe for use by several threads. */
public final class Retry {
    private static final int BATCH = 10_000;
    private static final int SHOWN = 1000;

    private final TransactionTemplate transaction;
    private final RetryRows rows;
    private final Feeder feeder;

    public Retry(TransactionTemplate transaction, RetryRows rows, Feeder feeder) {
        this.transaction = transaction;
        this.rows = rows;
        this.feeder = feeder;
    }

    /**
     * Takes the selected failed files back to pending, and the task back to running if there were any, in one transaction. They are due at
     * once and have all attempts before them again. Their last attempts are remembered. Files that are not failed are left alone, so that a
     * second call changes nothing. Memory does not grow with the number of files.
     *
     * @param hasSource whether the bytes of a file are still there
     * @return empty if the user has no such task
     */
    public Optional<RetriedFiles> retry(
            String userId, UUID uploadTaskId, RetrySelection selection, Predicate<FailedFile> hasSource) {
        return transaction.execute(status -> {
            if (!rows.lock(userId, uploadTaskId)) {
                return Optional.empty();
            }
            List<RetriedFiles.Skipped> skipped = new ArrayList<>(rows.notFailed(uploadTaskId, selection));
            int skippedCount = skipped.size();
            int retried = 0;
            long last = 0;
            List<FailedFile> page;
            do {
                page = rows.listFailed(uploadTaskId, selection, last, BATCH);
                List<Long> present = new ArrayList<>(page.size());
                for (FailedFile file : page) {
                    last = file.id();
                    if (hasSource.test(file)) {
                        present.add(file.id());
                    } else {
                        skippedCount++;
                        skipped.add(new RetriedFiles.Skipped(
                                file.id(), file.item(), file.filename(), "source_file_missing"));
                    }
                }
                retried += rows.requeue(uploadTaskId, present);
                skipped.subList(Math.min(SHOWN, skipped.size()), skipped.size()).clear();
            } while (page.size() == BATCH);
            if (retried > 0) {
                rows.reopen(uploadTaskId, retried);
                int ignored = feeder.feed();
            }
            return Optional.of(new RetriedFiles(retried, skippedCount, List.copyOf(skipped)));
        });
    }
}
