package io.filemill.db.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class DeliveryRepositoryIT {
    private static final Duration LEASE = Duration.ofMinutes(1);
    private static final Duration SOON = Duration.ofMinutes(5);
    private static final DeliveryRepository.Patience PATIENCE =
            new DeliveryRepository.Patience(Duration.ofDays(1), Duration.ofDays(5));
    private static final Attempt WELL = new Attempt(200, Duration.ofMillis(12), null);
    private static final Attempt BADLY = new Attempt(500, Duration.ofMillis(34), "The answer has the status 500.");

    private final TestDatabase db;
    private UUID webhook;

    DeliveryRepositoryIT(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void createAWebhook() {
        webhook = webhook("a.example");
    }

    private UUID webhook(String host) {
        var created = new NewWebhook(
                UUID.randomUUID(),
                "ann",
                "https://" + host + "/",
                host,
                List.of("task.created", "task.completed", "task.cancelled"),
                "",
                "secret",
                true);
        return db.webhooks.create(created, 20).orElseThrow().id();
    }

    private Webhook shown() {
        return db.webhooks.find("ann", webhook).orElseThrow();
    }

    private List<ClaimedDelivery> claim(int limit) {
        return db.deliveries.claim(limit, 100, LEASE);
    }

    private ClaimedDelivery claimOne() {
        List<ClaimedDelivery> claimed = claim(100);
        assertThat(claimed).hasSize(1);
        return claimed.get(0);
    }

    private Delivery delivery(ClaimedDelivery claimed) {
        return db.deliveries.find(claimed.webhookId(), claimed.id()).orElseThrow();
    }

    private void age(String column, String interval) {
        db.jdbc
                .sql("update webhook_delivery set " + column + " = " + column + " - interval '" + interval + "'")
                .update();
    }

    private UUID cancelledTask() {
        UUID task = db.submit("ann", 1);
        db.uploadTasks.cancel("ann", task);
        return task;
    }

    @Test
    void aTasksEventsAreClaimedOneByOneInOrder() {
        cancelledTask();
        cancelledTask();

        List<ClaimedDelivery> first = claim(100);
        assertThat(first)
                .extracting(this::delivery)
                .extracting(Delivery::sequence)
                .containsExactly(1, 1);
        assertThat(claim(100)).isEmpty();

        assertThat(db.deliveries.succeeded(first.get(0), WELL)).isTrue();
        ClaimedDelivery next = claimOne();
        assertThat(delivery(next).taskId()).isEqualTo(delivery(first.get(0)).taskId());
        assertThat(delivery(next).sequence()).isEqualTo(2);
    }

    @Test
    void aFailedOneHoldsUpTheLaterOnesOfItsTaskOnly() {
        cancelledTask();
        ClaimedDelivery first = claimOne();
        db.deliveries.failed(first, BADLY, SOON, PATIENCE);

        assertThat(claim(100)).isEmpty();
        UUID other = cancelledTask();
        assertThat(delivery(claimOne()).taskId()).isEqualTo(other);

        Delivery waiting = delivery(first);
        assertThat(waiting.status()).isEqualTo("pending");
        assertThat(waiting.attempts()).isEqualTo(1);
        assertThat(waiting.responseStatus()).isEqualTo(500);
        assertThat(waiting.durationMs()).isEqualTo(34);
        assertThat(waiting.error()).contains("500");
    }

    @Test
    void whatItsHolderLeavesIsClaimedAgainWithTheSameIdAndTheHolderChangesNothing() {
        db.submit("ann", 1);
        ClaimedDelivery lost = db.deliveries.claim(1, 100, Duration.ZERO).get(0);

        ClaimedDelivery taken = claimOne();

        assertThat(taken.eventId()).isEqualTo(lost.eventId());
        assertThat(taken.attempt()).isEqualTo(2);
        assertThat(db.deliveries.succeeded(lost, WELL)).isFalse();
        db.deliveries.failed(lost, BADLY, SOON, PATIENCE);
        db.deliveries.gone(lost, BADLY);
        assertThat(delivery(taken).status()).isEqualTo("pending");
        assertThat(shown().enabled()).isTrue();
        assertThat(db.deliveries.succeeded(taken, WELL)).isTrue();
        assertThat(delivery(taken).status()).isEqualTo("delivered");
    }

    @Test
    void oneHostIsToldOfOnlySomeAtATimeWhateverItsWebhooks() {
        webhook("a.example");
        UUID other = webhook("b.example");
        for (int i = 0; i < 5; i++) {
            db.submit("ann", 1);
        }

        List<ClaimedDelivery> claimed = db.deliveries.claim(100, 3, LEASE);

        assertThat(claimed)
                .filteredOn(delivery -> delivery.webhookId().equals(other))
                .hasSize(3);
        assertThat(claimed).hasSize(6);
        assertThat(db.deliveries.claim(100, 3, LEASE)).isEmpty();
        db.deliveries.succeeded(claimed.get(0), WELL);
        assertThat(db.deliveries.claim(100, 3, LEASE)).hasSize(1);
    }

    @Test
    void claimsThatMeetTakeEachDeliveryOnce() throws Exception {
        for (int i = 0; i < 40; i++) {
            db.submit("ann", 1);
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Long> taken = new ArrayList<>();
        try {
            List<Callable<List<ClaimedDelivery>>> claims =
                    Collections.nCopies(8, () -> db.deliveries.claim(10, 100, LEASE));
            for (Future<List<ClaimedDelivery>> claim : threads.invokeAll(claims)) {
                claim.get().forEach(delivery -> taken.add(delivery.id()));
            }
        } finally {
            threads.shutdownNow();
        }
        claim(100).forEach(delivery -> taken.add(delivery.id()));

        assertThat(taken).hasSize(40).doesNotHaveDuplicates();
    }

    @Test
    void theFirstSuccessMakesWhatWaitsDueAtOnce() {
        db.submit("ann", 1);
        db.submit("ann", 1);
        List<ClaimedDelivery> both = claim(100);
        db.deliveries.failed(both.get(0), BADLY, SOON, PATIENCE);
        assertThat(shown().failingSince()).isNotNull();
        assertThat(claim(100)).isEmpty();

        db.deliveries.succeeded(both.get(1), WELL);

        assertThat(shown().failingSince()).isNull();
        assertThat(claimOne().id()).isEqualTo(both.get(0).id());
    }

    @Test
    void givesUpWhatWasTriedForLongEnoughAndGoesOnWithTheTask() {
        cancelledTask();
        age("queued_at", "25 hours");
        ClaimedDelivery first = claimOne();

        db.deliveries.failed(first, BADLY, SOON, PATIENCE);

        assertThat(delivery(first).status()).isEqualTo("failed");
        assertThat(delivery(claimOne()).sequence()).isEqualTo(2);
    }

    @Test
    void disablesAWebhookThatFailedForDays() {
        db.submit("ann", 1);
        db.deliveries.failed(claimOne(), BADLY, Duration.ZERO, PATIENCE);
        assertThat(shown().enabled()).isTrue();
        db.jdbc
                .sql("update webhook set failing_since = failing_since - interval '5 days'")
                .update();

        Optional<String> reason = db.deliveries.failed(claimOne(), BADLY, Duration.ZERO, PATIENCE);

        assertThat(reason).contains("failing");
        assertThat(shown().enabled()).isFalse();
        assertThat(shown().disabledReason()).isEqualTo("failing");
        assertThat(claim(100)).isEmpty();

        db.webhooks.change("ann", webhook, new WebhookChange(null, null, null, null, true));
        assertThat(shown().disabledReason()).isNull();
        assertThat(shown().failingSince()).isNull();
        assertThat(claim(100)).hasSize(1);
    }

    @Test
    void aReceiverThatIsGoneIsNotToldAnyMore() {
        cancelledTask();
        ClaimedDelivery first = claimOne();

        db.deliveries.gone(first, new Attempt(410, Duration.ofMillis(1), "gone"));

        assertThat(delivery(first).status()).isEqualTo("failed");
        assertThat(shown().disabledReason()).isEqualTo("gone");
        assertThat(claim(100)).isEmpty();
        cancelledTask();
        assertThat(db.deliveries.list(webhook, Optional.empty(), Long.MAX_VALUE, 100))
                .hasSize(2);
    }

    @Test
    void deliversAgainOnRequest() {
        db.submit("ann", 1);
        ClaimedDelivery first = claimOne();
        assertThat(db.deliveries.redeliver(webhook, first.id()).orElseThrow().nextAttemptAt())
                .as("as it was, since it is being sent")
                .isAfter(first.claimedAt());
        db.deliveries.succeeded(first, WELL);

        Delivery again = db.deliveries.redeliver(webhook, first.id()).orElseThrow();

        assertThat(again.status()).isEqualTo("pending");
        ClaimedDelivery second = claimOne();
        assertThat(second.eventId()).isEqualTo(first.eventId());
        assertThat(second.payload()).isEqualTo(first.payload());
        assertThat(second.attempt()).isEqualTo(2);
        assertThat(db.deliveries.redeliver(UUID.randomUUID(), first.id())).isEmpty();
    }

    @Test
    void pagesGoFromTheNewestToTheOldest() {
        for (int i = 0; i < 5; i++) {
            db.deliveries.ping("ann", webhook);
        }
        List<Delivery> first = db.deliveries.list(webhook, Optional.empty(), Long.MAX_VALUE, 3);
        List<Delivery> second =
                db.deliveries.list(webhook, Optional.of("pending"), first.get(2).id(), 3);

        assertThat(first).hasSize(3);
        assertThat(second).hasSize(2);
        assertThat(second.get(0).id()).isLessThan(first.get(2).id());
        assertThat(db.deliveries.list(webhook, Optional.of("failed"), Long.MAX_VALUE, 3))
                .isEmpty();
        assertThat(db.deliveries.ping("bob", webhook)).isEmpty();
    }

    @Test
    void purgesWhatIsOldAndWhatBelongsToNoWebhookButNothingThatWaits() {
        db.submit("ann", 1);
        db.submit("ann", 1);
        List<ClaimedDelivery> both = claim(100);
        db.deliveries.succeeded(both.get(0), WELL);
        age("created_at", "8 days");
        db.submit("ann", 1);

        assertThat(db.deliveries.purge(Duration.ofDays(7))).isEqualTo(1);
        assertThat(db.deliveries.list(webhook, Optional.empty(), Long.MAX_VALUE, 100))
                .hasSize(2);

        assertThat(db.webhooks.delete("bob", webhook)).isFalse();
        assertThat(db.webhooks.delete("ann", webhook)).isTrue();
        assertThat(claim(100)).isEmpty();
        assertThat(db.deliveries.purge(Duration.ofDays(7))).isEqualTo(2);
    }

    @Test
    void bothSecretsAreGivenUntilTheOldOneEnds() {
        db.submit("ann", 1);
        db.webhooks.rotateSecret("ann", webhook, "new", Duration.ofHours(1));
        ClaimedDelivery both = claimOne();
        assertThat(both.secret()).isEqualTo("new");
        assertThat(both.previousSecret()).isEqualTo("secret");
        db.deliveries.failed(both, BADLY, Duration.ZERO, PATIENCE);
        db.jdbc.sql("update webhook set previous_secret_until = now()").update();

        assertThat(claimOne().previousSecret()).isNull();

        assertThat(db.webhooks.rotateSecret("bob", webhook, "x", Duration.ZERO)).isEmpty();
    }

    @Test
    void aUserHasOnlySoMany() {
        var another = new NewWebhook(
                UUID.randomUUID(),
                "ann",
                "https://c.example/",
                "c.example",
                List.of("task.completed"),
                "",
                "secret",
                true);

        assertThat(db.webhooks.create(another, 1)).isEmpty();
        assertThat(db.webhooks.create(another, 2)).isPresent();
        assertThat(db.webhooks.list("ann")).hasSize(2);
        assertThat(db.webhooks.list("bob")).isEmpty();
    }
}
