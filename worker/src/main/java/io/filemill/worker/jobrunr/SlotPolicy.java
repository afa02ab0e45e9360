package io.filemill.worker.jobrunr;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.configuration.BackgroundJobServerWorkerPolicy;
import org.jobrunr.server.strategy.WorkDistributionStrategy;
import org.jobrunr.server.threadpool.JobRunrExecutor;
import org.jobrunr.storage.Paging.AmountBasedList;
import org.jobrunr.storage.navigation.AmountRequest;

/**
 * Gives JobRunr as many platform threads as the node has slots, and lets it fetch exactly as many jobs as slots are free. Jobs count from
 * the moment they are handed to the threads, so that fetches in quick succession do not take more than fits. Only the thread that wakes
 * the server fetches: worker threads that all try at once would lock each other out and leave slots idle.
 *
 * <p>The threads outlive JobRunr's servers. A server that gives up, because the database is away, does not interrupt the files that run.
 */
final class SlotPolicy implements BackgroundJobServerWorkerPolicy {
    private static final String WORKER_THREADS = "file-worker";

    private final int slots;
    private final Runnable slotFreed;
    private final AtomicInteger occupied = new AtomicInteger();
    private final ExecutorService threads;
    private volatile boolean open = true;

    /**
     * @param slotFreed called on the worker thread after each job
     */
    SlotPolicy(int slots, Runnable slotFreed) {
        this.slots = slots;
        this.slotFreed = slotFreed;
        var number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(
                slots, job -> new Thread(job, WORKER_THREADS + "-" + number.incrementAndGet()));
    }

    int free() {
        return open ? Math.max(0, slots - occupied.get()) : 0;
    }

    int occupied() {
        return occupied.get();
    }

    /** Lets JobRunr fetch nothing more. What runs goes on. */
    void close() {
        open = false;
    }

    /** Ends the threads: interrupts what still runs, and waits for at most the given time until it has stopped. */
    void endThreads(Duration limit) {
        open = false;
        threads.shutdownNow();
        try {
            boolean ignored = threads.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public WorkDistributionStrategy toWorkDistributionStrategy(BackgroundJobServer server) {
        return new WorkDistributionStrategy() {
            @Override
            public int getWorkerCount() {
                return slots;
            }

            @Override
            public AmountRequest getWorkPageRequest() {
                boolean onWorkerThread = Thread.currentThread().getName().startsWith(WORKER_THREADS);
                return AmountBasedList.ascOnUpdatedAt(onWorkerThread ? 0 : free());
            }
        };
    }

    @Override
    public JobRunrExecutor toJobRunrExecutor() {
        return new JobRunrExecutor() {
            @Override
            public int getWorkerCount() {
                return slots;
            }

            @Override
            public void start() {}

            @Override
            public void stop(Duration limit) {
                // the threads are not this server's
            }

            @Override
            public void execute(Runnable job) {
                occupied.incrementAndGet();
                try {
                    threads.execute(() -> run(job));
                } catch (RuntimeException e) { // the node has ended
                    occupied.decrementAndGet();
                    throw e;
                }
            }
        };
    }

    private void run(Runnable job) {
        try {
            job.run();
        } finally {
            occupied.decrementAndGet();
            slotFreed.run();
        }
    }
}
