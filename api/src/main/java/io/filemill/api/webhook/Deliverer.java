package io.filemill.api.webhook;

import io.filemill.db.Outage;
import io.filemill.db.webhook.Attempt;
import io.filemill.db.webhook.ClaimedDelivery;
import io.filemill.db.webhook.DeliveryRepository;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what is due out of the outbox and sends it, some at the same time. Several processes may do so. What one of them holds when it dies
 * is due again after {@link #LEASE}, with the same event id. Safe for use by several threads.
 */
final class Deliverer {
    /** Longer than any attempt, with the lookup of its host, which cannot be cut short. */
    static final Duration LEASE = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(Deliverer.class);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofDays(1);

    private final DeliveryRepository deliveries;
    private final Function<ClaimedDelivery, Receipt> sender;
    private final Policy policy;
    private final ScheduledExecutorService timer;
    private final ExecutorService senders;
    private final Semaphore free;
    private final AtomicBoolean awake = new AtomicBoolean();

    /**
     * @param sender sends once
     * @param timer runs {@link #runOnce}
     * @param senders sends, as many as the policy says
     */
    Deliverer(
            DeliveryRepository deliveries,
            Function<ClaimedDelivery, Receipt> sender,
            Policy policy,
            ScheduledExecutorService timer,
            ExecutorService senders) {
        this.deliveries = deliveries;
        this.sender = sender;
        this.policy = policy;
        this.timer = timer;
        this.senders = senders;
        this.free = new Semaphore(policy.parallel());
    }

    /** How much at the same time, and what follows a failure. */
    record Policy(int parallel, int parallelPerHost, RetryDelays delays, DeliveryRepository.Patience patience) {}

    /** Looks soon whether something is due. */
    void wake() {
        if (awake.compareAndSet(false, true)) {
            try {
                timer.execute(this::runOnce);
            } catch (RejectedExecutionException e) {
                LOG.debug("Nothing more is sent, since the process stops", e);
            }
        }
    }

    /** Begins to send what is due, as much as there is room for. */
    void runOnce() {
        awake.set(false);
        int room = free.drainPermits();
        int taken = 0;
        try {
            if (room > 0) {
                List<ClaimedDelivery> due = deliveries.claim(room, policy.parallelPerHost(), LEASE);
                for (ClaimedDelivery delivery : due) {
                    senders.execute(() -> deliver(delivery));
                    taken++;
                }
            }
        } catch (RejectedExecutionException e) {
            LOG.debug("What was claimed is left to others, since the process stops", e);
        } catch (RuntimeException e) {
            log(e, "Webhooks could not be told, will be tried again");
        } finally {
            free.release(room - taken);
        }
    }

    private void deliver(ClaimedDelivery delivery) {
        try {
            record(delivery, sender.apply(delivery));
        } catch (RuntimeException e) {
            log(e, "What became of a webhook's delivery could not be recorded, it will be sent again");
        } finally {
            free.release();
            wake();
        }
    }

    private void record(ClaimedDelivery delivery, Receipt receipt) {
        Attempt attempt = receipt.attempt();
        if (receipt.succeeded()) {
            deliveries.succeeded(delivery, attempt);
        } else if (receipt.gone()) {
            deliveries.gone(delivery, attempt);
            logDisabled(delivery, "gone");
        } else {
            Duration delay = delay(delivery, receipt);
            LOG.atDebug()
                    .addKeyValue("webhook", delivery.webhookId())
                    .addKeyValue("delivery", delivery.id())
                    .addKeyValue("reason", attempt.error())
                    .log("A webhook could not be told");
            deliveries
                    .failed(delivery, attempt, delay, policy.patience())
                    .ifPresent(reason -> logDisabled(delivery, reason));
            wakeAfter(delay);
        }
    }

    /** What is due later than at the next tick is found by that. */
    private void wakeAfter(Duration delay) {
        if (delay.compareTo(WebhookDelivery.TICK) < 0 && !timer.isShutdown()) {
            var unused = timer.schedule(this::wake, delay.toMillis() + 1, TimeUnit.MILLISECONDS);
        }
    }

    private Duration delay(ClaimedDelivery delivery, Receipt receipt) {
        Duration delay = policy.delays().after(delivery.failures());
        Duration asked = receipt.retryAfter();
        if (asked == null || asked.compareTo(delay) <= 0) {
            return delay;
        }
        return asked.compareTo(LONGEST_RETRY_AFTER) < 0 ? asked : LONGEST_RETRY_AFTER;
    }

    private static void logDisabled(ClaimedDelivery delivery, String reason) {
        LOG.atWarn()
                .addKeyValue("webhook", delivery.webhookId())
                .addKeyValue("reason", reason)
                .log("Webhook disabled");
    }

    private static void log(RuntimeException e, String message) {
        if (Outage.caused(e)) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log(message);
        } else {
            LOG.atError().setCause(e).log(message);
        }
    }
}
