package io.filemill.db.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.listing.FoundFiles;
import io.filemill.db.listing.ListedPage;
import io.filemill.db.listing.NewListing;
import io.filemill.db.listing.Source;
import io.filemill.db.task.ClaimedFile;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import io.filemill.db.task.RetrySelection;
import io.filemill.db.task.TaskLimits;
import io.filemill.db.task.TaskStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** Each event of a task is in the outbox once, whoever made it happen, and if and only if it did. */
@ExtendWith(PostgresExtension.class)
class TaskEventIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> ALL = List.of("task.created", "task.completed", "task.cancelled");

    private final TestDatabase db;
    private UUID webhook;
    private UUID node;

    TaskEventIT(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void createAWebhook() {
        webhook = webhook("ann", ALL);
        node = db.node();
    }

    private UUID webhook(String userId, List<String> events) {
        return db.webhooks
                .create(
                        new NewWebhook(
                                UUID.randomUUID(),
                                userId,
                                "https://example.com/",
                                "example.com",
                                events,
                                "",
                                "secret",
                                true),
                        20)
                .orElseThrow()
                .id();
    }

    /** What the webhook is told, oldest first. */
    private List<Delivery> told(UUID webhookId) {
        List<Delivery> told = new ArrayList<>(db.deliveries.list(webhookId, Optional.empty(), Long.MAX_VALUE, 100));
        Collections.reverse(told);
        return told;
    }

    private List<String> events() {
        return told(webhook).stream()
                .map(delivery -> delivery.sequence() + " " + delivery.eventType())
                .toList();
    }

    private JsonNode last() {
        List<Delivery> told = told(webhook);
        return JSON.readTree(told.get(told.size() - 1).payload());
    }

    private void finish(long id, boolean well) {
        ClaimedFile file = db.fileTasks.claim(id, db.attempt(id), node).orElseThrow();
        FinishedFile finished = well
                ? FinishedFile.with(
                        file.id(), file.attempt(), TaskStatus.COMPLETED, JsonNodeFactory.instance.objectNode())
                : FinishedFile.failed(file.id(), file.attempt(), TestDatabase.corrupt());
        assertThat(db.fileTasks.finish(List.of(finished))).isEqualTo(1);
    }

    @Test
    void theCreationIsToldWithTheNumberOfFiles() {
        UUID task = db.submit("ann", 3);

        assertThat(events()).containsExactly("1 task.created");
        JsonNode payload = last();
        assertThat(payload.get("type").stringValue()).isEqualTo("task.created");
        assertThat(payload.get("id").stringValue())
                .isEqualTo(told(webhook).get(0).eventId().toString());
        assertThat(payload.get("data").get("task_id").stringValue()).isEqualTo(task.toString());
        assertThat(payload.get("data").get("total_files").intValue()).isEqualTo(3);
        assertThat(payload.get("data").get("pending_files").intValue()).isEqualTo(3);
        assertThat(payload.get("data").get("outcome").isNull()).isTrue();
        assertThat(payload.get("data").get("created_at").stringValue()).matches("20\\d\\d-.*T.*\\.\\d{6}Z");
    }

    @Test
    void aTaskThatIsRolledBackIsNotTold() {
        db.transaction.executeWithoutResult(status -> {
            db.submit("ann", 3);
            status.setRollbackOnly();
        });

        assertThat(events()).isEmpty();
    }

    @Test
    void theLastFileTellsTheEndAndNoOtherOneDoes() {
        UUID task = db.submit("ann", 3);
        List<Long> files = db.fileIds(task);
        finish(files.get(0), true);
        finish(files.get(1), false);
        assertThat(events()).containsExactly("1 task.created");

        finish(files.get(2), true);

        assertThat(events()).containsExactly("1 task.created", "2 task.completed");
        JsonNode data = last().get("data");
        assertThat(data.get("outcome").stringValue()).isEqualTo("partial");
        assertThat(data.get("status").stringValue()).isEqualTo("completed");
        assertThat(data.get("successful_files").intValue()).isEqualTo(2);
        assertThat(data.get("failed_files").intValue()).isEqualTo(1);
        assertThat(data.get("finished_at").isString()).isTrue();
    }

    @Test
    void filesThatEndTogetherTellTheEndsOfTheirTasks() {
        List<FinishedFile> finished = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            for (long id : db.fileIds(db.submit("ann", 2))) {
                ClaimedFile file = db.fileTasks.claim(id, 1, node).orElseThrow();
                finished.add(FinishedFile.failed(file.id(), file.attempt(), TestDatabase.corrupt()));
            }
        }

        db.fileTasks.finish(finished);

        assertThat(told(webhook))
                .filteredOn(delivery -> delivery.eventType().equals("task.completed"))
                .extracting(Delivery::taskId)
                .doesNotHaveDuplicates()
                .hasSize(3);
        assertThat(last().get("data").get("outcome").stringValue()).isEqualTo("failed");
    }

    @Test
    void aCancellationIsToldOnce() {
        UUID task = db.submit("ann", 3);

        db.uploadTasks.cancel("ann", task);
        db.uploadTasks.cancel("ann", task);

        assertThat(events()).containsExactly("1 task.created", "2 task.cancelled");
        assertThat(last().get("data").get("outcome").stringValue()).isEqualTo("cancelled");
    }

    @Test
    void theCancellationOfTheLastFileTellsTheEnd() {
        UUID task = db.submit("ann", 1);

        db.uploadTasks.cancelFile("ann", db.fileIds(task).get(0));

        assertThat(events()).containsExactly("1 task.created", "2 task.completed");
    }

    @Test
    void theFileOfADeadNodeTellsTheEndOnceWhoeverEndsIt() {
        long file = db.fileIds(db.submit("ann", 1)).get(0);
        UUID dying = db.node();
        ClaimedFile lost = db.fileTasks.claim(file, db.attempt(file), dying).orElseThrow();
        db.expire(dying);
        assertThat(db.fileTasks.rescueFromDeadNodes()).isEqualTo(1);
        db.feeder.feed();
        assertThat(events()).containsExactly("1 task.created");

        finish(file, false);
        db.fileTasks.finish(List.of(FinishedFile.with(
                lost.id(), lost.attempt(), TaskStatus.COMPLETED, JsonNodeFactory.instance.objectNode())));

        assertThat(events()).containsExactly("1 task.created", "2 task.completed");
        assertThat(last().get("data").get("failed_files").intValue()).isEqualTo(1);
    }

    @Test
    void aListingThatFindsNothingTellsTheEnd() {
        var task = new NewUploadTask(
                UUID.randomUUID(), "ann", "noop", JsonNodeFactory.instance.objectNode(), 5, TaskLimits.OF_THE_NODE);
        var rest = new NewListing(
                List.of("/in"), List.of(new Source("/in", null)), List.of(), List.of(), List.of(), List.of(), 0);
        db.submission.submit(task, new NothingFound(rest), null);
        assertThat(last().get("data").get("preparing").booleanValue()).isTrue();

        db.listings.record(
                db.listings.claim(node).orElseThrow(),
                new ListedPage(List.of(), List.of(), List.of(), 0, List.of("z"), List.of()),
                true);

        assertThat(events()).containsExactly("1 task.created", "2 task.completed");
        assertThat(last().get("data").get("status").stringValue()).isEqualTo("failed");
    }

    private record NothingFound(NewListing listing) implements FoundFiles {
        @Override
        public boolean hasNext() {
            return false;
        }

        @Override
        public NewFileTask next() {
            throw new NoSuchElementException();
        }

        @Override
        public Optional<NewListing> rest() {
            return Optional.of(listing);
        }
    }

    @Test
    void aRetriedTaskTellsItsNextEndToo() {
        UUID task = db.submit("ann", 1);
        long file = db.fileIds(task).get(0);
        finish(file, false);
        db.retry.retry("ann", task, RetrySelection.ALL_FAILED, id -> true);
        db.feeder.feed();

        finish(file, true);

        assertThat(events()).containsExactly("1 task.created", "2 task.completed", "3 task.completed");
        assertThat(last().get("data").get("outcome").stringValue()).isEqualTo("success");
    }

    @Test
    void onlyWebhooksOfTheUserThatAskForItAndAreEnabledAreTold() {
        UUID ends = webhook("ann", List.of("task.cancelled"));
        UUID disabled = webhook("ann", ALL);
        db.webhooks.change("ann", disabled, new WebhookChange(null, null, null, null, false));
        UUID foreign = webhook("bob", ALL);

        db.uploadTasks.cancel("ann", db.submit("ann", 1));

        assertThat(told(ends)).extracting(Delivery::eventType).containsExactly("task.cancelled");
        assertThat(told(disabled)).isEmpty();
        assertThat(told(foreign)).isEmpty();
        assertThat(told(ends).get(0).eventId()).isEqualTo(told(webhook).get(1).eventId());
    }

    @Test
    void withoutAWebhookNothingIsWritten() {
        UUID task = db.submit("bob", 1);
        db.uploadTasks.cancel("bob", task);

        assertThat(db.jdbc
                        .sql("select count(*) from webhook_delivery")
                        .query(Integer.class)
                        .single())
                .isZero();
        assertThat(db.jdbc
                        .sql("select event_sequence from upload_task where id = :id")
                        .param("id", task)
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }
}
