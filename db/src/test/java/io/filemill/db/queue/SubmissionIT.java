package io.filemill.db.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.queue.Submission.Accepted;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import io.filemill.db.task.TaskLimits;
import io.filemill.db.task.TaskStatus;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.dao.DataIntegrityViolationException;
import tools.jackson.databind.node.JsonNodeFactory;

@ExtendWith(PostgresExtension.class)
class SubmissionIT {
    private final TestDatabase db;

    SubmissionIT(TestDatabase db) {
        this.db = db;
    }

    private static NewUploadTask task() {
        return new NewUploadTask(
                UUID.randomUUID(), "ann", "noop", JsonNodeFactory.instance.objectNode(), 5, TaskLimits.OF_THE_NODE);
    }

    @Test
    void ignoresAndCountsDuplicatesWithinARequest() {
        Iterator<NewFileTask> files = Stream.of("a", "b", "a")
                .map(item -> NewFileTask.notStored(item, item))
                .iterator();

        Submission.Accepted accepted = db.submission.submit(task(), files, null).orElseThrow();

        assertThat(accepted.totalFiles()).isEqualTo(2);
        assertThat(accepted.duplicatesIgnored()).isEqualTo(1);
        assertThat(db.task(accepted.id()).status()).isEqualTo(TaskStatus.PENDING);
        assertThat(db.task(accepted.id()).duplicatesIgnored()).isEqualTo(1);
    }

    @Test
    void storesNothingWithoutFiles() {
        NewUploadTask task = task();

        assertThat(db.submission.submit(task, List.<NewFileTask>of().iterator(), null))
                .isEmpty();

        assertThat(db.uploadTasks.find("ann", task.id())).isEmpty();
    }

    @Test
    void storesNothingWhenTheListingFails() {
        NewUploadTask task = task();
        Iterator<NewFileTask> files = Stream.iterate(1, i -> i + 1)
                .map(i -> {
                    if (i > 2500) {
                        throw new IllegalStateException("the folder vanished");
                    }
                    return NewFileTask.notStored("file " + i, "file");
                })
                .iterator();

        assertThatThrownBy(() -> db.submission.submit(task, files, null)).hasMessage("the folder vanished");

        assertThat(db.uploadTasks.find("ann", task.id())).isEmpty();
        assertThat(db.jdbc
                        .sql("select count(*) from jobrunr_jobs")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void keepsTheOrderOfTheRequest() {
        UUID task = db.submit("ann", 3000);

        assertThat(db.jdbc
                        .sql("select item from file_task where upload_task_id = :id order by id")
                        .param("id", task)
                        .query(String.class)
                        .list())
                .startsWith("file 1", "file 2", "file 3")
                .endsWith("file 2999", "file 3000");
    }

    private static NewFileTask item(int number) {
        return NewFileTask.notStored("file " + number, "file");
    }

    @Test
    void countsDuplicatesExactlyInAndAcrossBatches() {
        int[] repeats = {0, 15_999, 16_000, 40_000, 69_999};
        Iterator<NewFileTask> files = IntStream.range(0, 70_000)
                .boxed()
                .flatMap(i -> IntStream.of(repeats).anyMatch(repeat -> repeat == i)
                        ? Stream.of(item(i), item(i / 2), item(i))
                        : Stream.of(item(i)))
                .iterator();

        Accepted accepted = db.submission.submit(task(), files, null).orElseThrow();

        assertThat(accepted.totalFiles()).isEqualTo(70_000);
        assertThat(accepted.duplicatesIgnored()).isEqualTo(10);
        assertThat(db.jdbc
                        .sql("select item from file_task where upload_task_id = :id order by id")
                        .param("id", accepted.id())
                        .query(String.class)
                        .list())
                .isEqualTo(IntStream.range(0, 70_000).mapToObj(i -> "file " + i).toList());
    }

    @Test
    void storesNothingOfManyFilesWhenOneOfThemCannotBeStored() {
        NewUploadTask task = task();
        Iterator<NewFileTask> files = IntStream.range(0, 40_000)
                .mapToObj(i -> i == 35_000 ? NewFileTask.notStored("", "nameless") : item(i))
                .iterator();

        assertThatThrownBy(() -> db.submission.submit(task, files, null))
                .isInstanceOf(DataIntegrityViolationException.class);

        assertThat(db.uploadTasks.find("ann", task.id())).isEmpty();
    }

    @Test
    void storesManyFilesAsItStoresFew() {
        String sha256 = "0123456789abcdef".repeat(4);
        List<NewFileTask> odd = List.of(
                new NewFileTask("tab\tnew\nline \\N \\. \"quoted\"", "名前 😀", "ab/1", 12L, sha256),
                NewFileTask.notStored("a", "b"));
        var many = Stream.concat(odd.stream(), IntStream.range(0, 2000).mapToObj(SubmissionIT::item));

        UUID copied = db.submission
                .submit(task(), many.iterator(), null)
                .orElseThrow()
                .id();
        UUID inserted =
                db.submission.submit(task(), odd.iterator(), null).orElseThrow().id();

        assertThat(stored(copied)).isEqualTo(stored(inserted)).hasSize(2);
    }

    private List<Map<String, Object>> stored(UUID task) {
        return db.jdbc.sql("""
                        select item, filename, stored_as, size_bytes, sha256, status, retry_count, result
                        from file_task where upload_task_id = :id order by id limit 2
                        """).param("id", task).query().listOfRows();
    }

    @Nested
    class WithAKey {
        private final IdempotencyKey key = new IdempotencyKey("my key", "digest");

        private Iterator<NewFileTask> files() {
            return List.of(NewFileTask.notStored("a", "a")).iterator();
        }

        @Test
        void makesOneTaskOfManyEqualRequests() throws Exception {
            var pool = Executors.newFixedThreadPool(16);
            try {
                List<Callable<Optional<UUID>>> requests = Collections.nCopies(50, () -> {
                    try {
                        return db.submission.submit(task(), files(), key).map(Accepted::id);
                    } catch (IdempotencyException e) {
                        assertThat(e.reason()).isEqualTo(IdempotencyException.Reason.IN_FLIGHT);
                        return Optional.empty();
                    }
                });
                Set<UUID> ids = new HashSet<>();
                for (Future<Optional<UUID>> request : pool.invokeAll(requests)) {
                    request.get().ifPresent(ids::add);
                }

                assertThat(ids).hasSize(1);
                assertThat(db.uploadTasks.list("ann", 10, null)).hasSize(1);
            } finally {
                pool.shutdownNow();
            }
        }

        @Test
        void answersARepeatedRequestWithItsTask() {
            Accepted first = db.submission.submit(task(), files(), key).orElseThrow();

            Accepted second = db.submission.submit(task(), files(), key).orElseThrow();

            assertThat(second).isEqualTo(new Accepted(first.id(), 1, 0, true, false));
            assertThat(first.replayed()).isFalse();
        }

        @Test
        void refusesAnotherRequestUnderTheSameKey() {
            db.submission.submit(task(), files(), key);

            assertThatThrownBy(
                            () -> db.submission.submit(task(), files(), new IdempotencyKey("my key", "another digest")))
                    .isInstanceOfSatisfying(
                            IdempotencyException.class,
                            e -> assertThat(e.reason()).isEqualTo(IdempotencyException.Reason.OTHER_REQUEST));
            assertThat(db.uploadTasks.list("ann", 10, null)).hasSize(1);
        }

        @Test
        void isTheUsersOwn() {
            db.submission.submit(task(), files(), key);
            var other = new NewUploadTask(
                    UUID.randomUUID(), "bob", "noop", JsonNodeFactory.instance.objectNode(), 5, TaskLimits.OF_THE_NODE);

            assertThat(db.submission.submit(other, files(), key).orElseThrow().id())
                    .isEqualTo(other.id());
        }

        @Test
        void isFreeAgainWhenItsRequestCameToNothing() {
            assertThat(db.submission.submit(task(), List.<NewFileTask>of().iterator(), key))
                    .isEmpty();

            assertThat(db.submission.submit(task(), files(), key)).isPresent();
        }

        @Test
        void isForgottenAfterAWhile() {
            db.submission.submit(task(), files(), key);
            var keys = new IdempotencyKeys(db.jdbc);

            assertThat(keys.forgetOlderThan(Duration.ofDays(1))).isZero();
            db.jdbc
                    .sql("update idempotency_key set created_at = now() - interval '25 hours'")
                    .update();
            assertThat(keys.forgetOlderThan(Duration.ofDays(1))).isEqualTo(1);
        }
    }
}
