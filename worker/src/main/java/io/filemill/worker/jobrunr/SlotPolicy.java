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
 * Gives JobRunr as many platform threads as the node has slots, and says how many jobs may be fetched: as many as slots are free, and some
 * more that wait here if files are so short that fetching would leave slots idle. Jobs count from the moment they are handed to the
 * threads, so that fetches in quick succession do not take more than fits. JobRunr's own threads fetch nothing: worker threads that all try
 * at once would lock each other out, and then nobody fetches until the next poll.
 *
 * <p>The threads outlive JobRunr's servers. A server that gives up, because the database is away, does not interrupt the files that run.
 */
final class SlotPolicy implements BackgroundJobServerWorkerPolicy {
    private static final String WORKER_THREADS = "file-worker";

    private final int slots;
    private final Runnable slotFreed;
    private final Prefetch prefetch;
    private final AtomicInteger occupied = new AtomicInteger();
    private final ExecutorService threads;
    private volatile boolean open = true;

    /**
     * @param slotFreed called on the worker thread after each job
     */
    SlotPolicy(int slots, Runnable slotFreed) {
        this.slots = slots;
        this.slotFreed = slotFreed;
        this.prefetch = new Prefetch(slots, System::nanoTime);
        var number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(
                slots, job -> new Thread(job, WORKER_THREADS + "-" + number.incrementAndGet()));
    }

    /** How many jobs should be fetched now: none while enough of them wait here. */
    int room() {
        if (!open) {
            return 0;
        }
        int most = prefetch.most();
        int waiting = occupied.get() - slots; // below 0 if slots are free
        return waiting < 0 || waiting < most / 2 ? most - waiting : 0;
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
                return AmountBasedList.ascOnUpdatedAt(0); // the pump fetches
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
                SlotPolicy.this.execute(job);
            }
        };
    }

    /** Runs a job as soon as a slot is free. */
    void execute(Runnable job) {
        occupied.incrementAndGet();
        try {
            threads.execute(() -> run(job));
        } catch (RuntimeException e) { // the node has ended
            occupied.decrementAndGet();
            throw e;
        }
    }

    private void run(Runnable job) {
        try {
            job.run();
        } finally {
            occupied.decrementAndGet();
            prefetch.jobEnded();
            slotFreed.run();
        }
    }
}
