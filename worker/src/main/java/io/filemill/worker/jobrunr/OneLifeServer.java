package io.filemill.worker.jobrunr;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.server.BackgroundJobPerformer;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.utils.mapper.JsonMapper;

/**
 * A server of JobRunr that is started and stopped once. JobRunr stops its server by itself when its storage fails, and sometimes starts
 * the same one again; only the {@link Supervisor} is to do that, with a new one, or two servers would share the node's id.
 */
final class OneLifeServer extends BackgroundJobServer implements Supervisor.Server {
    /** Stands for the thread of a job that waits for one. It is never started, so an interrupt of it hits nobody. */
    private static final Thread NO_THREAD_YET = new Thread("waiting-job");

    private static final Duration STOP_LIMIT = Duration.ofSeconds(20); // longer than JobRunr waits for its own threads

    private final SlotPolicy slots;
    private final Consumer<Job> takenAway;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);

    /**
     * @param takenAway told of a job that was deleted while it waited for a slot
     */
    OneLifeServer(
            StorageProvider storage,
            JsonMapper mapper,
            JobActivator handlers,
            BackgroundJobServerConfiguration configuration,
            SlotPolicy slots,
            Consumer<Job> takenAway) {
        super(storage, mapper, handlers, configuration);
        this.slots = slots;
        this.takenAway = takenAway;
    }

    /** Lets a fetched job wait for a slot. Its heartbeat begins now, or it would be taken for an orphan. */
    @Override
    public void processJob(Job job) {
        getJobSteward().startProcessing(job, NO_THREAD_YET);
        slots.execute(new WaitingJob(job));
    }

    @Override
    public void start() {
        if (!ended.get()) {
            super.start();
        }
    }

    @Override
    public void stop() {
        if (ended.compareAndSet(false, true)) {
            try {
                super.stop();
            } finally {
                stopped.countDown();
            }
        }
    }

    @Override
    public boolean isUp() {
        return !ended.get() && isAnnounced();
    }

    @Override
    public boolean hasEnded() {
        return ended.get();
    }

    @Override
    public void end() {
        stop();
        try {
            boolean ignored = stopped.await(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class WaitingJob extends BackgroundJobPerformer {
        private final Job job;

        WaitingJob(Job job) {
            super(OneLifeServer.this, job);
            this.job = job;
        }

        @Override
        public void run() {
            getJobSteward().stopProcessing(job); // it starts again with its thread
            if (job.hasState(StateName.PROCESSING)) {
                super.run();
            } else {
                takenAway.accept(job);
            }
        }
    }
}
