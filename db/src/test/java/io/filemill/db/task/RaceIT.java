package io.filemill.db.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.webhook.NewWebhook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.JsonNodeFactory;

/** Whoever comes first, whatever comes together: the counters equal the rows, nobody deadlocks, and every file can still be ended. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RaceIT {
    private static final int ROUNDS = 100;
    private static final int FILES = 6;

    private final TestDatabase db;
    private final ExecutorService threads = Executors.newFixedThreadPool(8);

    RaceIT(TestDatabase db) {
        this.db = db;
    }

    @AfterAll
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    void cancelsFinishesRetriesAndRescuesMayMeetInAnyOrder() throws Exception {
        long seed = Long.getLong("filemill.test.race.seed", System.nanoTime());
        var random = new Random(seed);
        var told = new NewWebhook(
                UUID.randomUUID(),
                "ann",
                "https://example.com/",
                "example.com",
                List.of("task.created", "task.completed", "task.cancelled"),
                "",
                "secret",
                true);
        assertThat(db.webhooks.create(told, 1)).isPresent();
        for (int round = 0; round < ROUNDS; round++) {
            UUID task = db.submit("ann", FILES);
            UUID node = db.node();
            List<Callable<Boolean>> moves = new ArrayList<>();
            for (long file : db.fileIds(task)) {
                if (random.nextInt(4) > 0) {
                    moves.add(move(file, node, random.nextInt(5)));
                }
                if (random.nextInt(4) == 0) {
                    moves.add(() -> db.uploadTasks.cancelFile("ann", file) != null);
                }
            }
            if (random.nextBoolean()) {
                moves.add(random.nextInt(moves.size()), () -> db.uploadTasks.cancel("ann", task) != null);
            }
            moves.add(() -> db.retry
                    .retry("ann", task, new RetrySelection(null, true, null, null), file -> true)
                    .isPresent());
            moves.add(() -> db.feeder.feed() >= 0);
            if (random.nextInt(3) == 0) {
                moves.add(() -> {
                    db.expire(node);
                    return db.fileTasks.rescueFromDeadNodes() >= 0;
                });
            }

            for (Future<Boolean> move : threads.invokeAll(moves)) {
                move.get(); // throws what the move threw
            }

            assertThat(db.wrongCounters()).as("seed %s, round %s", seed, round).isEmpty();
            endWhatIsLeft(task);
            UploadTask ended = db.task(task);
            assertThat(ended.status().isFinal())
                    .as("seed %s, round %s: %s", seed, round, ended)
                    .isTrue();
            assertThat(ended.processedFiles()).isEqualTo(FILES);
            assertThat(eventNumbers(task))
                    .as("seed %s, round %s", seed, round)
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, eventNumbers(task).size())
                                    .boxed()
                                    .toList())
                    .hasSizeGreaterThan(1);
        }
    }

    /** The numbers of what a webhook is told of a task, in order. */
    private List<Integer> eventNumbers(UUID task) {
        return db.jdbc
                .sql("select sequence from webhook_delivery where upload_task_id = :id order by sequence")
                .param("id", task)
                .query(Integer.class)
                .list();
    }

    private Callable<Boolean> move(long id, UUID node, int kind) {
        return () -> {
            ClaimedFile file = db.fileTasks.claim(id, 1, node).orElse(null);
            if (file == null) {
                return false;
            }
            return switch (kind) {
                case 0 -> db.fileTasks.finish(List.of(FinishedFile.failed(id, 1, TestDatabase.unavailable()))) == 1;
                case 1 -> db.fileTasks.retry(id, 1, Duration.ZERO, TestDatabase.unavailable());
                case 2 -> db.fileTasks.release(id, 1);
                case 3 -> true; // still running
                default -> db.fileTasks.finish(List.of(completed(file))) == 1;
            };
        };
    }

    private static FinishedFile completed(ClaimedFile file) {
        return FinishedFile.with(
                file.id(), file.attempt(), TaskStatus.COMPLETED, JsonNodeFactory.instance.objectNode());
    }

    private void endWhatIsLeft(UUID task) {
        UUID node = db.node();
        db.jdbc
                .sql("update worker_node set lease_expires_at = now() - interval '1 second' where id <> :id")
                .param("id", node)
                .update();
        db.fileTasks.rescueFromDeadNodes();
        db.feeder.feed();
        for (long id : db.fileIds(task)) {
            db.fileTasks
                    .claim(id, db.attempt(id), node)
                    .ifPresent(file -> db.fileTasks.finish(List.of(completed(file))));
        }
    }
}
