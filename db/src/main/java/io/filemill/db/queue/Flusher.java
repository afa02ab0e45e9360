package io.filemill.db.queue;

import io.filemill.db.Outage;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.FinishedFile;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
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
 * Writes down the ends of files, on one thread and in the order in which they were handed over: each transaction takes all that has piled up while
 * the one before was written. It never waits for more to come. JobRunr's jobs of the files, for which nobody waits, are taken away with the next end
 * or a quarter of a second later.
 *
 * <p>How many ends may wait is bounded, because they are what runs again when the process dies. While the database is away they are kept
 * for up to ten minutes. If a group cannot be stored for another reason, its ends are written one by one, so that only the one at fault
 * suffers. Safe for use by several threads.
 */
public final class Flusher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);
    private static final int LARGEST_GROUP = 512;
    private static final Duration LONGEST_OUTAGE = Duration.ofMinutes(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
    private static final Duration JOBS_STAY = Duration.ofMillis(250);
    private static final Entry LAST = new Entry(null, new CompletableFuture<>());

    private final TransactionTemplate transaction;
    private final FileTaskRepository files;
    private final FileJobs fileJobs;
    private final FlushMetrics metrics;
    private final Semaphore window;
    private final BlockingQueue<Entry> waiting = new LinkedBlockingQueue<>();
    private final Queue<UUID> endedJobs = new ConcurrentLinkedQueue<>();
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

    /**
     * @param file its end; null in the entry that ends all
     */
    private record Entry(@Nullable FinishedFile file, CompletableFuture<@Nullable Void> written) {}

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
        this.fileJobs = new FileJobs(jdbc);
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
        var entry = new Entry(file, new CompletableFuture<>());
        add(entry);
        return entry.written();
    }

    /** Takes the end of a JobRunr job. Returns at once. */
    void endJob(UUID jobId) {
        refuseIfClosed();
        endedJobs.add(jobId);
    }

    private void add(Entry entry) {
        refuseIfClosed();
        waiting.add(entry);
    }

    private void refuseIfClosed() {
        if (closed) {
            throw new IllegalStateException("the flusher is closed");
        }
    }

    private void run() {
        List<Entry> group = new ArrayList<>(LARGEST_GROUP);
        try {
            while (!group.contains(LAST)) {
                group.clear();
                Entry first = waiting.poll(JOBS_STAY.toMillis(), TimeUnit.MILLISECONDS);
                if (first != null) {
                    group.add(first);
                    waiting.drainTo(group, LARGEST_GROUP - 1);
                }
                write(group, takeEndedJobs());
            }
        } catch (InterruptedException e) {
            group.forEach(entry -> giveUp(entry, e));
            waiting.forEach(entry -> giveUp(entry, e));
        }
    }

    private List<UUID> takeEndedJobs() {
        List<UUID> jobs = new ArrayList<>();
        for (UUID job = endedJobs.poll(); job != null; job = endedJobs.poll()) {
            jobs.add(job);
        }
        return jobs;
    }

    private void write(List<Entry> group, List<UUID> jobs) throws InterruptedException {
        try {
            whileTheDatabaseIsAway(() -> writeInOneTransaction(group, jobs));
            group.forEach(this::written);
        } catch (RuntimeException e) {
            endedJobs.addAll(jobs);
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
            whileTheDatabaseIsAway(() -> writeInOneTransaction(List.of(entry), List.of()));
            written(entry);
        } catch (RuntimeException e) {
            FinishedFile file = entry.file();
            if (file == null || Outage.caused(e)) {
                giveUp(entry, e);
                return;
            }
            LOG.atError().addKeyValue("file_id", file.id()).setCause(e).log("The end of a file cannot be stored");
            var notStored = new Entry(FinishedFile.notStored(file.id(), file.attempt(), e), entry.written());
            try {
                whileTheDatabaseIsAway(() -> writeInOneTransaction(List.of(notStored), List.of()));
                written(notStored);
            } catch (RuntimeException again) {
                giveUp(notStored, again);
            }
        }
    }

    private void writeInOneTransaction(List<Entry> group, List<UUID> jobs) {
        List<FinishedFile> ends =
                group.stream().map(Entry::file).filter(Objects::nonNull).toList();
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
                fileJobs.delete(jobs);
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
