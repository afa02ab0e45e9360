package io.filemill.api.stats;

import io.filemill.db.Outage;
import io.filemill.db.task.QueueSampleRepository;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Remembers what the queue is like, on a thread of its own: in each interval one of the servers does. It stops before the database is
 * closed.
 */
@Component
final class QueueSampler implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(QueueSampler.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(2);

    private final QueueSampleRepository samples;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "queue-sampler");
    private volatile boolean started;

    QueueSampler(QueueSampleRepository samples) {
        this.samples = samples;
        thread.setDaemon(true);
    }

    @Override
    public void start() {
        started = true;
        thread.start();
    }

    private void run() {
        try {
            do {
                take();
            } while (!stopped.await(QueueSampleRepository.INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void take() {
        try {
            boolean ignored = samples.take();
        } catch (RuntimeException e) {
            if (!isRunning()) {
                return;
            }
            if (Outage.caused(e)) {
                LOG.atDebug()
                        .addKeyValue("reason", e.getMessage())
                        .log("The database is away, a sample will be missing");
            } else {
                LOG.atError().setCause(e).log("The queue could not be sampled, will try again");
            }
        }
    }

    @Override
    public void stop() {
        stopped.countDown();
        try {
            thread.join(STOP_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return started && stopped.getCount() > 0;
    }
}
