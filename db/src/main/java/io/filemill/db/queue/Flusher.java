package io.filemill.db.queue;

import io.filemill.db.Outage;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.FinishedFile;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Writes down the ends of files, and takes away their JobRunr jobs, on one thread and in the order in which they were handed over: each
 * transaction takes all that has piled up while the one before was written. It never waits for more to come.
 *
 * <p>How many ends may wait is bounded, because they are what runs again when the process dies. While the database is away they are kept
 * for up to ten minutes. If a group cannot be stored for another reason, its ends are written one by one, so that only the one at fault
 * suffers. Safe for use by several threads.
 */
public final class Flusher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);
    private static final int LARGEST_GROUP = 256;
    private static final Duration LONGEST_OUTAGE = Duration.ofMinutes(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
    private static final Entry LAST = new Entry(null, null, new CompletableFuture<>());

    private final TransactionTemplate transaction;
    private final FileTaskRepository files;
    private final JdbcClient jdbc;
    private final FlushMetrics metrics;
    private final Semaphore window;
    private final BlockingQueue<Entry> waiting = new LinkedBlockingQueue<>();
    private final CountDownLatch never = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "flusher");
    private volatile boolean closed;

    /** Makes the flusher of a node. */
    public interface Factory {
        /**
         * Starts a flusher; the caller closes it.
         *
         * @param window how many ends of files may wait at most
         */
        Flusher create(int window);
    }

    /** An end of a file or of a job. */
    private record Entry(
            @Nullable FinishedFile file, @Nullable UUID jobId, CompletableFuture<@Nullable Void> written) {}

    /**
     * @param window how many ends of files may wait at most
     * @param meters where it says how large its groups are and how long they take
     */
    public Flusher(
            TransactionTemplate transaction,
            FileTaskRepository files,
            JdbcClient jdbc,
            int window,
            MeterRegistry meters) {
        this.metrics = new FlushMetrics(meters);
        this.transaction = transaction;
        this.files = files;
        this.jdbc = jdbc;
        this.window = new Semaphore(window);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Takes the end of a file. Waits while the window is full. An end that is no longer its file's changes nothing, as with
     * {@link FileTaskRepository#finish(List)}. What cannot be stored makes its file fail with the code {@code NOT_STORED}.
     *
     * @return completes when the end is committed; exceptionally if it was given up, and then the file is still running
     */
    public CompletableFuture<@Nullable Void> end(FinishedFile file) throws InterruptedException {
        window.acquire(); // given back when the entry leaves
        var entry = new Entry(file, null, new CompletableFuture<>());
        add(entry);
        return entry.written();
    }

    /** Takes the end of a JobRunr job, after the ends that were handed over before. Returns at once. */
    void endJob(UUID jobId) {
        add(new Entry(null, jobId, new CompletableFuture<>()));
    }

    private void add(Entry entry) {
        if (closed) {
            throw new IllegalStateException("the flusher is closed");
        }
        waiting.add(entry);
    }

    private void run() {
        List<Entry> group = new ArrayList<>(LARGEST_GROUP);
        try {
            while (!group.contains(LAST)) {
                group.clear();
                group.add(waiting.take());
                waiting.drainTo(group, LARGEST_GROUP - 1);
                write(group);
            }
        } catch (InterruptedException e) {
            group.forEach(entry -> giveUp(entry, e));
            waiting.forEach(entry -> giveUp(entry, e));
        }
    }

    private void write(List<Entry> group) throws InterruptedException {
        try {
            whileTheDatabaseIsAway(() -> writeInOneTransaction(group));
            group.forEach(this::written);
        } catch (RuntimeException e) {
            if (Outage.caused(e)) {
                LOG.atError().addKeyValue("ends", group.size()).setCause(e).log("Ends of files are given up");
                group.forEach(entry -> giveUp(entry, e));
            } else {
                LOG.atWarn().addKeyValue("ends", group.size()).setCause(e).log("Ends of files are written one by one");
                for (Entry entry : group) {
                    writeAlone(entry);
                }
            }
        }
    }

    private void writeAlone(Entry entry) throws InterruptedException {
        try {
            whileTheDatabaseIsAway(() -> writeInOneTransaction(List.of(entry)));
            written(entry);
        } catch (RuntimeException e) {
            FinishedFile file = entry.file();
            if (file == null || Outage.caused(e)) {
                giveUp(entry, e);
                return;
            }
            LOG.atError().addKeyValue("file_id", file.id()).setCause(e).log("The end of a file cannot be stored");
            var notStored = new Entry(FinishedFile.notStored(file.id(), file.attempt(), e), null, entry.written());
            try {
                whileTheDatabaseIsAway(() -> writeInOneTransaction(List.of(notStored)));
                written(notStored);
            } catch (RuntimeException again) {
                giveUp(notStored, again);
            }
        }
    }

    private void writeInOneTransaction(List<Entry> group) {
        List<FinishedFile> ends = new ArrayList<>(group.size());
        List<String> jobs = new ArrayList<>(group.size());
        for (Entry entry : group) {
            if (entry.file() != null) {
                ends.add(entry.file());
            } else if (entry.jobId() != null) {
                jobs.add(entry.jobId().toString());
            }
        }
        if (ends.isEmpty() && jobs.isEmpty()) {
            return;
        }
        long began = System.nanoTime();
        transaction.executeWithoutResult(status -> {
            int ended = ends.isEmpty() ? 0 : files.finish(ends);
            if (ended < ends.size()) {
                LOG.atInfo()
                        .addKeyValue("files", ends.size() - ended)
                        .log("Ends of files came too late and were ignored");
            }
            if (!jobs.isEmpty()) {
                jdbc.sql("delete from jobrunr_jobs where id = any(:ids::bpchar[])")
                        .param("ids", jobs.toArray(String[]::new))
                        .update();
            }
        });
        metrics.flushed(ends.size(), System.nanoTime() - began);
    }

    /** Repeats what the database did not hear. A commit whose answer was lost changes nothing when it is repeated. */
    private void whileTheDatabaseIsAway(Runnable write) throws InterruptedException {
        long began = System.nanoTime();
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                write.run();
                return;
            } catch (RuntimeException e) {
                metrics.failed();
                if (!Outage.caused(e) || System.nanoTime() - began > LONGEST_OUTAGE.toNanos()) {
                    throw e;
                }
                LOG.atWarn().addKeyValue("reason", e.getMessage()).log("Ends of files wait for the database");
            }
            boolean ignored = never.await(pause.toMillis(), TimeUnit.MILLISECONDS);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private void written(Entry entry) {
        entry.written().complete(null);
        leave(entry);
    }

    private void giveUp(Entry entry, Throwable reason) {
        if (entry.written().completeExceptionally(reason)) {
            leave(entry);
        }
    }

    private void leave(Entry entry) {
        if (entry.file() != null) {
            window.release();
        }
    }

    /** Writes what waits and ends. What cannot be written within some seconds is given up. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        waiting.add(LAST);
        try {
            thread.join(CLOSE_LIMIT.toMillis());
            thread.interrupt();
            thread.join(CLOSE_LIMIT.toMillis());
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
