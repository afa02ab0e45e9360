package io.filemill.worker.jobrunr;

import io.filemill.db.queue.FileTaskJobHandler;
import io.filemill.db.queue.FileTaskRunner;
import io.filemill.db.queue.JobRunrStorage;
import io.filemill.worker.purge.Purger;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.jobrunr.scheduling.JobRequestScheduler;
import org.jobrunr.scheduling.RecurringJobBuilder;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.StorageException;
import org.jobrunr.storage.StorageProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JobRunr's background server of this node. It has the node's id, so that a stored job tells which node fetched it. Only the thread that
 * owns the node calls it, apart from {@link #freeSlots}.
 */
public final class JobServer {
    private static final Logger LOG = LoggerFactory.getLogger(JobServer.class);
    private static final Duration POLL_INTERVAL = Duration.ofSeconds(5); // the shortest that JobRunr allows
    private static final Duration KEEP_ENDED_JOBS = Duration.ofMinutes(10);

    private final StorageProvider storage;
    private final Settings settings;
    private final SlotPolicy slots;
    private final Handlers handlers;
    private @Nullable BackgroundJobServer server;

    /**
     * How the server is set up.
     *
     * @param nodeId new for each process
     * @param slots how many files run at once
     */
    public record Settings(UUID nodeId, String nodeName, int slots, Duration purgeInterval) {}

    /** What the stored jobs are run by. */
    public record Handlers(FileTaskRunner files, Purger purger) implements JobActivator {
        @Override
        public <T> T activateJob(Class<T> type) {
            if (type == FileTaskJobHandler.class) {
                return type.cast(new FileTaskJobHandler(files));
            }
            if (type == PurgeJobHandler.class) {
                return type.cast(new PurgeJobHandler(purger));
            }
            throw new IllegalArgumentException("no handler of the type " + type.getName());
        }
    }

    /**
     * @param dataSource JobRunr's own pool
     * @param slotFreed called on the worker thread after each job
     */
    public JobServer(DataSource dataSource, Settings settings, Handlers handlers, Runnable slotFreed) {
        this.storage = JobRunrStorage.open(dataSource);
        this.settings = settings;
        this.slots = new SlotPolicy(settings.slots(), slotFreed);
        this.handlers = handlers;
    }

    /** Starts the server, and stores the recurring purge unless the cluster has it already. */
    public void start() {
        try {
            storeRecurringPurge();
        } catch (StorageException e) {
            storeRecurringPurge(); // another node that starts at the same time was first, so this one updates
        }
        server = newServer();
        server.start();
    }

    private void storeRecurringPurge() {
        new JobRequestScheduler(storage)
                .createRecurrently(RecurringJobBuilder.aRecurringJob()
                        .withId("purge")
                        .withName("Purge tasks that ended long ago")
                        .withAmountOfRetries(0)
                        .withInterval(settings.purgeInterval())
                        .withJobRequest(new PurgeJob()));
    }

    /** Builds a new server if JobRunr has given up on the old one, as it does when the database was away. */
    public void restartIfStopped() {
        BackgroundJobServer current = server;
        if (current != null && !current.isRunning()) {
            LOG.warn("JobRunr's server has stopped by itself and is replaced");
            current.stop();
            server = newServer();
            server.start();
        }
    }

    /** Lets the server fetch jobs for its free slots now, on this thread, instead of at its next poll. */
    public void fetch() {
        BackgroundJobServer current = server;
        if (current != null && slots.free() > 0) {
            current.getJobSteward().notifyThreadOccupied();
            current.getJobSteward().notifyThreadIdle();
        }
    }

    /** How many files could start now. */
    public int freeSlots() {
        return slots.free();
    }

    /** Fetches nothing more; what runs goes on. */
    public void closeSlots() {
        slots.close();
    }

    /** Stops the server. What still runs is interrupted. */
    public void stop() {
        if (server != null) {
            server.stop();
            server = null;
        }
        storage.close();
    }

    private BackgroundJobServer newServer() {
        return new BackgroundJobServer(
                storage,
                JobRunrStorage.jsonMapper(),
                handlers,
                BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                        .andId(settings.nodeId())
                        .andName(settings.nodeName())
                        .andPollInterval(POLL_INTERVAL)
                        .andDeleteSucceededJobsAfter(KEEP_ENDED_JOBS)
                        .andPermanentlyDeleteDeletedJobsAfter(KEEP_ENDED_JOBS)
                        .andInterruptJobsAwaitDurationOnStopBackgroundJobServer(Duration.ofSeconds(2))
                        .andBackgroundJobServerWorkerPolicy(slots));
    }
}
