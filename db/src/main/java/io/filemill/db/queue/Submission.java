package io.filemill.db.queue;

import io.filemill.db.notification.Channel;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import io.filemill.db.task.UploadTaskRepository;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Accepts uploads. An upload is accepted if and only if {@link #submit} returns it: its rows and first jobs are then committed. */
public final class Submission {
    private static final int BATCH = 1000;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final UploadTaskRepository uploadTasks;
    private final FileTaskRepository fileTasks;
    private final Feeder feeder;

    public Submission(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            UploadTaskRepository uploadTasks,
            FileTaskRepository fileTasks,
            Feeder feeder) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.uploadTasks = uploadTasks;
        this.fileTasks = fileTasks;
        this.feeder = feeder;
    }

    /** What was accepted. */
    public record Accepted(UUID id, int totalFiles, int duplicatesIgnored) {}

    /**
     * Records an upload task with its files and dispatches the first of them, in one transaction. Memory does not grow with the number of
     * files. What the iterator throws rolls everything back.
     *
     * @return empty, with nothing stored, if there was no file
     */
    public Optional<Accepted> submit(NewUploadTask task, Iterator<NewFileTask> files) {
        return transaction.execute(status -> {
            uploadTasks.insert(task);
            int given = 0;
            int stored = 0;
            while (files.hasNext()) {
                List<NewFileTask> batch = next(files);
                given += batch.size();
                stored += fileTasks.insert(task.id(), batch);
            }
            if (stored == 0) {
                status.setRollbackOnly();
                return Optional.empty();
            }
            uploadTasks.recordTotals(task.id(), stored, given - stored);
            feeder.feed();
            Channel.WORK.send(jdbc, ""); // even if another process was feeding and could not see these rows
            return Optional.of(new Accepted(task.id(), stored, given - stored));
        });
    }

    private static List<NewFileTask> next(Iterator<NewFileTask> files) {
        List<NewFileTask> batch = new ArrayList<>(BATCH);
        while (files.hasNext() && batch.size() < BATCH) {
            batch.add(files.next());
        }
        return batch;
    }
}
