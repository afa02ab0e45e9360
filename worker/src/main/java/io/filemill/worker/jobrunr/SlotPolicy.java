package io.filemill.worker.jobrunr;

import java.util.concurrent.atomic.AtomicInteger;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.configuration.BackgroundJobServerWorkerPolicy;
import org.jobrunr.server.strategy.WorkDistributionStrategy;
import org.jobrunr.server.threadpool.JobRunrExecutor;
import org.jobrunr.server.threadpool.PlatformThreadPoolJobRunrExecutor;
import org.jobrunr.storage.Paging.AmountBasedList;
import org.jobrunr.storage.navigation.AmountRequest;

/**
 * Gives JobRunr as many platform threads as the node has slots, and lets it fetch exactly as many jobs as slots are free. Jobs count from
 * the moment they are handed to the threads, so that fetches in quick succession do not take more than fits. Only the thread that wakes
 * the server fetches: worker threads that all try at once would lock each other out and leave slots idle.
 */
final class SlotPolicy implements BackgroundJobServerWorkerPolicy {
    private static final String WORKER_THREADS = "file-worker";

    private final int slots;
    private final Runnable slotFreed;
    private final AtomicInteger occupied = new AtomicInteger();
    private volatile boolean open = true;

    /**
     * @param slotFreed called on the worker thread after each job
     */
    SlotPolicy(int slots, Runnable slotFreed) {
        this.slots = slots;
        this.slotFreed = slotFreed;
    }

    int free() {
        return open ? Math.max(0, slots - occupied.get()) : 0;
    }

    /** Lets JobRunr fetch nothing more. What runs goes on. */
    void close() {
        open = false;
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
        return new PlatformThreadPoolJobRunrExecutor(slots, WORKER_THREADS) {
            @Override
            public void execute(Runnable job) {
                occupied.incrementAndGet();
                super.execute(() -> {
                    try {
                        job.run();
                    } finally {
                        occupied.decrementAndGet();
                        slotFreed.run();
                    }
                });
            }
        };
    }
}
