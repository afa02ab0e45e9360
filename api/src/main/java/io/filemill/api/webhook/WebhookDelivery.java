package io.filemill.api.webhook;

import io.filemill.db.Database;
import io.filemill.db.Outage;
import io.filemill.db.notification.Channel;
import io.filemill.db.notification.NotificationListener;
import io.filemill.db.webhook.DeliveryRepository;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Runs the delivery of webhooks in this process: when it is notified of something new, after failures, and on a slow tick. It purges old
 * deliveries too. While nothing is sent it holds one thread and one connection, which waits for notifications.
 */
@Component
final class WebhookDelivery implements SmartLifecycle {
    /** What no notification told of is found this late. */
    static final Duration TICK = Duration.ofSeconds(20);

    private static final Logger LOG = LoggerFactory.getLogger(WebhookDelivery.class);
    private static final Duration PURGE_INTERVAL = Duration.ofHours(1);
    private static final Duration IDLE_THREAD = Duration.ofSeconds(10);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final DeliveryRepository deliveries;
    private final Sender sender;
    private final WebhookProperties properties;
    private final Database database;
    private volatile @Nullable Running running;

    WebhookDelivery(DeliveryRepository deliveries, Sender sender, WebhookProperties properties, Database database) {
        this.deliveries = deliveries;
        this.sender = sender;
        this.properties = properties;
        this.database = database;
    }

    @Override
    public boolean isAutoStartup() {
        return properties.deliver();
    }

    @Override
    public void start() {
        running = new Running();
    }

    @Override
    public void stop() {
        Running stopping = running;
        running = null;
        if (stopping != null) {
            stopping.stop();
        }
    }

    @Override
    public boolean isRunning() {
        return running != null;
    }

    /** The threads. */
    private final class Running {
        private final ScheduledThreadPoolExecutor timer =
                new ScheduledThreadPoolExecutor(1, task -> daemon(task, "webhooks"));
        private final ThreadPoolExecutor senders = new ThreadPoolExecutor(
                properties.parallel(),
                properties.parallel(),
                IDLE_THREAD.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                task -> daemon(task, "webhook-sender"));
        private final NotificationListener listener;

        Running() {
            senders.allowCoreThreadTimeOut(true);
            var deliverer = new Deliverer(
                    deliveries,
                    sender::send,
                    new Deliverer.Policy(
                            properties.parallel(),
                            properties.parallelPerHost(),
                            new RetryDelays(properties.firstRetry(), properties.longestRetry(), new Random()),
                            new DeliveryRepository.Patience(properties.giveUpAfter(), properties.disableAfter())),
                    timer,
                    senders);
            listener = NotificationListener.start(
                    database.unpooled(), Map.of(Channel.WEBHOOK, nothing -> deliverer.wake()));
            every(TICK, deliverer::wake);
            every(PURGE_INTERVAL, this::purge);
        }

        private void every(Duration time, Runnable action) {
            var unused = timer.scheduleWithFixedDelay(action, time.toMillis(), time.toMillis(), TimeUnit.MILLISECONDS);
        }

        private void purge() {
            try {
                int purged = deliveries.purge(properties.keepDeliveries());
                if (purged > 0) {
                    LOG.atInfo().addKeyValue("deliveries", purged).log("Deliveries of webhooks purged");
                }
            } catch (RuntimeException e) {
                if (Outage.caused(e)) {
                    LOG.atWarn()
                            .addKeyValue("reason", e.getMessage())
                            .log("Deliveries of webhooks could not be purged");
                } else {
                    LOG.atError().setCause(e).log("Deliveries of webhooks could not be purged");
                }
            }
        }

        /** Lets what is on its way end, for a short time; what does not is sent again by another process. */
        private void stop() {
            listener.close();
            timer.shutdownNow();
            senders.shutdown();
            try {
                if (!senders.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                    senders.shutdownNow();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                senders.shutdownNow();
            }
        }

        private static Thread daemon(Runnable task, String name) {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        }
    }
}
