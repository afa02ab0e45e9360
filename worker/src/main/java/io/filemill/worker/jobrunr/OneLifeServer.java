package io.filemill.worker.jobrunr;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20); // longer than JobRunr waits for its own threads

    private final AtomicBoolean ended = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);

    OneLifeServer(
            StorageProvider storage,
            JsonMapper mapper,
            JobActivator handlers,
            BackgroundJobServerConfiguration configuration) {
        super(storage, mapper, handlers, configuration);
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
}
