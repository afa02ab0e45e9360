package io.filemill.worker.jobrunr;

import io.filemill.db.queue.Feeder;
import io.filemill.db.queue.FileTaskJob;
import io.filemill.db.queue.FileTaskJobHandler;
import io.filemill.db.queue.Flusher;
import io.filemill.db.queue.JobRunrStorage;
import io.filemill.db.queue.TakingNode;
import io.filemill.worker.file.FileTaskHandler;
import io.filemill.worker.purge.Purger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jobrunr.jobs.Job;
import org.jobrunr.scheduling.JobRequestScheduler;
import org.jobrunr.scheduling.RecurringJobBuilder;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.BackgroundJobServerStatus;
import org.jobrunr.storage.Paging.AmountBasedList;
import org.jobrunr.storage.StorageException;
import org.jobrunr.storage.StorageProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JobRunr's background server of this node, and the thread that replaces it when JobRunr gave up on it. It has the node's id, so that a
 * stored job tells which node fetched it. Files run on threads of their own, which no end of a server interrupts. Only the thread that
 * owns the node starts and stops it; the rest may be called by any.
 */
public final class JobServer {
    private static final Logger LOG = LoggerFactory.getLogger(JobServer.class);
    private static final Duration KEEP_ENDED_JOBS = Duration.ofMinutes(10);
    private static final Duration SUPERVISION = Duration.ofSeconds(1);
    private static final Duration SUPERVISION_OF_A_START = Duration.ofMillis(50); // until then the node is not ready
    private static final Duration STOP_LIMIT = Duration.ofSeconds(2);

    private final StorageProvider storage;
    private final Feeder feeder;
    private final Settings settings;
    private final SlotPolicy slots;
    private final Handlers handlers;
    private final Supervisor supervisor;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread supervision = new Thread(this::supervise, "job-server-supervisor");

    /**
     * How the server is set up.
     *
     * @param nodeId new for each process
     * @param slots how many files run at once
     * @param pollInterval how often JobRunr's own threads look at the database, 5 s or more; files do not wait for that
     */
    public record Settings(UUID nodeId, String nodeName, int slots, Duration pollInterval, Duration purgeInterval) {}

    /** What the stored jobs are run by. */
    public record Handlers(FileTaskHandler files, Purger purger) implements JobActivator {
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
     * @param flusher ends the jobs of files
     * @param feeder gives files
     * @param slotFreed called on the worker thread after each job
     */
    public JobServer(
            DataSource dataSource,
            Flusher flusher,
            Feeder feeder,
            Settings settings,
            Handlers handlers,
            Runnable slotFreed) {
        this.feeder = feeder;
        this.storage = JobRunrStorage.open(dataSource, flusher);
        this.settings = settings;
        this.slots = new SlotPolicy(settings.slots(), slotFreed);
        this.handlers = handlers;
        this.supervisor = new Supervisor(new Servers(), System::nanoTime);
        supervision.setDaemon(true);
    }

    /** Starts the server, and stores the recurring purge unless the cluster has it already. */
    public void start() {
        try {
            storeRecurringPurge();
        } catch (StorageException e) {
            storeRecurringPurge(); // another node that starts at the same time was first, so this one updates
        }
        supervisor.start();
        supervision.start();
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

    private Duration pause() {
        return supervisor.state().phase() == ServerState.Phase.RUNNING ? SUPERVISION : SUPERVISION_OF_A_START;
    }

    private void supervise() {
        try {
            while (!closed.await(pause().toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    supervisor.runOnce();
                } catch (RuntimeException e) {
                    LOG.atWarn().setCause(e).log("JobRunr's server could not be replaced, will try again");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How the server is now. */
    public ServerState state() {
        return supervisor.state();
    }

    /**
     * Fetches jobs from the window for the free slots. On the thread that calls it, which must be always the same.
     *
     * @return whether there may be more of them
     */
    public boolean fetch() {
        OneLifeServer server = server();
        int room = slots.room();
        if (server == null || room == 0) {
            return true;
        }
        List<Job> jobs = storage.getJobsToProcess(server, AmountBasedList.ascOnUpdatedAt(room));
        jobs.forEach(server::processJob);
        return jobs.size() == room;
    }

    /**
     * Takes files for the free slots, and some more if files are short. On the thread that calls it, which must be always the same.
     *
     * @return what it took
     */
    public Feeder.Taken take() {
        OneLifeServer server = server();
        int room = slots.room();
        if (server == null || room == 0) {
            return Feeder.Taken.NOTHING;
        }
        Feeder.Taken taken = feeder.take(new TakingNode(settings.nodeId(), settings.nodeName()), room);
        try {
            handlers.files()
                    .hold(taken.files().stream().map(Feeder.TakenFile::file).toList());
        } finally {
            taken.files().forEach(file -> server.processJob(file.job()));
        }
        return taken;
    }

    private @Nullable OneLifeServer server() {
        return supervisor.current() instanceof OneLifeServer server && server.isUp() && server.isRunning()
                ? server
                : null;
    }

    private static Optional<FileTaskJob> fileTask(Job job) {
        return Stream.of(job.getJobDetails().getJobParameterValues())
                .filter(FileTaskJob.class::isInstance)
                .map(FileTaskJob.class::cast)
                .findFirst();
    }

    /** Whether more files could run now. */
    public boolean hasRoom() {
        return slots.room() > 0;
    }

    /** Whether jobs wait here for a slot. */
    public boolean holdsJobsInAdvance() {
        return slots.occupied() > settings.slots();
    }

    /** Gives files back that wait here for a slot. Those that have begun go on. */
    public void giveBack(List<FileTaskJob> jobs) {
        jobs.forEach(handlers.files()::giveUp);
    }

    /** Whether no job runs or is about to. */
    public boolean isIdle() {
        return slots.occupied() == 0;
    }

    /** Fetches nothing more; what runs goes on. */
    public void closeSlots() {
        slots.close();
    }

    /** Stops the server for good. What still runs is interrupted. */
    public void stop() {
        closed.countDown();
        try {
            supervision.join(STOP_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        slots.endThreads(STOP_LIMIT);
        supervisor.end();
        storage.close();
    }

    /** The servers of this node, one after the other. */
    private final class Servers implements Supervisor.Cluster {
        @Override
        public Supervisor.Server newServer() {
            return new OneLifeServer(
                    storage,
                    JobRunrStorage.jsonMapper(),
                    handlers,
                    BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                            .andId(settings.nodeId())
                            .andName(settings.nodeName())
                            .andPollInterval(settings.pollInterval())
                            .andDeleteSucceededJobsAfter(KEEP_ENDED_JOBS)
                            .andPermanentlyDeleteDeletedJobsAfter(KEEP_ENDED_JOBS)
                            .andInterruptJobsAwaitDurationOnStopBackgroundJobServer(STOP_LIMIT)
                            .andBackgroundJobServerWorkerPolicy(slots),
                    slots,
                    job -> fileTask(job).ifPresent(handlers.files()::giveUp));
        }

        @Override
        public @Nullable Instant heartbeat() {
            return storage.getBackgroundJobServers().stream()
                    .filter(server -> server.getId().equals(settings.nodeId()))
                    .map(BackgroundJobServerStatus::getLastHeartbeat)
                    .findFirst()
                    .orElse(null);
        }
    }
}
