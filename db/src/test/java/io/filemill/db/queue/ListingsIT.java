package io.filemill.db.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.listing.ClaimedListing;
import io.filemill.db.listing.FoundFiles;
import io.filemill.db.listing.LeftOut;
import io.filemill.db.listing.ListedPage;
import io.filemill.db.listing.NewListing;
import io.filemill.db.listing.Source;
import io.filemill.db.listing.Unreadable;
import io.filemill.db.task.Cancellation;
import io.filemill.db.task.ClaimedFile;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import io.filemill.db.task.TaskLimits;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.task.UploadTask;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.JsonNodeFactory;

@ExtendWith(PostgresExtension.class)
class ListingsIT {
    private static final Source A = new Source("/in/a", null);
    private static final Source B = new Source("/in/b", "**/*.pdf");

    private final TestDatabase db;

    ListingsIT(TestDatabase db) {
        this.db = db;
    }

    private static List<NewFileTask> files(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> NewFileTask.notStored("/in/a/" + i, String.valueOf(i)))
                .toList();
    }

    private static FoundFiles some(List<NewFileTask> files, NewListing rest) {
        Iterator<NewFileTask> found = files.iterator();
        return new FoundFiles() {
            @Override
            public boolean hasNext() {
                return found.hasNext();
            }

            @Override
            public NewFileTask next() {
                return found.next();
            }

            @Override
            public Optional<NewListing> rest() {
                return Optional.of(rest);
            }
        };
    }

    private Submission.Accepted submit(List<NewFileTask> files, List<Unreadable> unreadable) {
        var task = new NewUploadTask(
                UUID.randomUUID(), "ann", "noop", JsonNodeFactory.instance.objectNode(), 5, TaskLimits.OF_THE_NODE);
        var rest = new NewListing(
                List.of("/in", "/more"),
                List.of(A, B),
                List.of("x", ""),
                List.of("/in/linked"),
                unreadable,
                List.of(new LeftOut("/in/a/.hidden", "hidden")),
                7);
        return db.submission.submit(task, some(files, rest), null).orElseThrow();
    }

    private static ListedPage page(List<NewFileTask> files, String position) {
        return new ListedPage(files, List.of(), List.of(), 0, List.of(position), List.of());
    }

    private int finishAll(UUID node) {
        int ended = 0;
        for (int fed = 1; fed > 0; ) {
            var ids = db.jdbc
                    .sql("select id, attempt from file_task where status = 'pending' and dispatched_at is not null")
                    .query((row, number) -> new FileTaskJob(row.getLong("id"), row.getInt("attempt")))
                    .list();
            fed = ids.size();
            for (FileTaskJob job : ids) {
                ClaimedFile claimed = db.fileTasks
                        .claim(job.fileTaskId(), job.attempt(), node)
                        .orElseThrow();
                ended += db.fileTasks.finish(List.of(FinishedFile.with(
                        claimed.id(), claimed.attempt(), TaskStatus.COMPLETED, JsonNodeFactory.instance.objectNode())));
            }
            db.jdbc.sql("delete from jobrunr_jobs").update();
            db.feeder.feed();
        }
        return ended;
    }

    @Test
    void aTaskIsAcceptedWithWhatWasFoundAndWhatIsLeft() {
        Submission.Accepted accepted =
                submit(files(0, 3), List.of(new Unreadable("/in/a/x", "ACCESS_DENIED", "no permission to read it")));

        assertThat(db.jdbc
                        .sql("select tasks from filemill_preparing")
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
        assertThat(accepted.preparing()).isTrue();
        assertThat(accepted.totalFiles()).isEqualTo(4);
        UploadTask task = db.task(accepted.id());
        assertThat(task.preparing()).isTrue();
        assertThat(List.of(task.totalFiles(), task.failedFiles(), task.pendingFiles()))
                .containsExactly(4, 1, 3);
        assertThat(task.ignoredFiles()).isEqualTo(7);
        assertThat(task.ignored()).hasToString("[{\"item\":\"/in/a/.hidden\",\"reason\":\"hidden\"}]");
        ClaimedListing claimed = db.listings.claim(db.node()).orElseThrow();
        assertThat(claimed)
                .isEqualTo(new ClaimedListing(
                        accepted.id(),
                        1,
                        List.of(Path.of("/in"), Path.of("/more")),
                        0,
                        A,
                        List.of("x", ""),
                        List.of("/in/linked")));
        assertThat(db.listings.source(accepted.id(), 1)).contains(B);
        assertThat(db.listings.source(accepted.id(), 2)).isEmpty();
    }

    @Test
    void aTaskOfWhichNothingIsFoundYetIsAcceptedToo() {
        assertThat(submit(List.of(), List.of()).totalFiles()).isZero();
    }

    @Test
    void pagesGrowTheTaskAndAreDispatchedAtOnce() {
        UUID id = submit(List.of(), List.of()).id();
        UUID node = db.node();
        ClaimedListing claimed = db.listings.claim(node).orElseThrow();

        assertThat(db.listings.record(claimed, page(files(0, 1500), "1499"), false))
                .isTrue();
        assertThat(db.listings.record(claimed, page(files(1000, 2500), "2499"), false))
                .isTrue();

        UploadTask task = db.task(id);
        assertThat(task.totalFiles()).isEqualTo(2500);
        assertThat(task.duplicatesIgnored()).isEqualTo(500);
        assertThat(db.jdbc
                        .sql("select count(*) from jobrunr_jobs")
                        .query(Integer.class)
                        .single())
                .isPositive();
        db.listings.release(claimed);
        ClaimedListing again = db.listings.claim(node).orElseThrow();
        assertThat(again.position()).containsExactly("2499");
        assertThat(again.claim()).isEqualTo(2);
    }

    @Test
    void aTaskDoesNotEndWhileMoreIsListedAndEndsWithTheLastPage() {
        UUID id = submit(files(0, 3), List.of()).id();
        UUID node = db.node();
        ClaimedListing claimed = db.listings.claim(node).orElseThrow();

        assertThat(finishAll(node)).isEqualTo(3);

        assertThat(db.task(id).status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(db.task(id).processedFiles()).isEqualTo(3);
        assertThat(db.listings.record(claimed, page(List.of(), "9"), true)).isTrue();
        UploadTask task = db.task(id);
        assertThat(task.status()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(task.outcome()).isEqualTo("success");
        assertThat(task.preparing()).isFalse();
        assertThat(db.listings.claim(node)).isEmpty();
    }

    @Test
    void aTaskEndsWithItsLastFileIfThatComesAfterTheLastPage() {
        UUID id = submit(files(0, 3), List.of()).id();
        UUID node = db.node();
        ClaimedListing claimed = db.listings.claim(node).orElseThrow();

        assertThat(db.listings.record(claimed, page(files(3, 5), "4"), true)).isTrue();
        assertThat(db.task(id).status()).isEqualTo(TaskStatus.PENDING);
        assertThat(finishAll(node)).isEqualTo(5);

        assertThat(db.task(id).outcome()).isEqualTo("success");
    }

    @Test
    void aTaskWithoutFilesFails() {
        UUID id = submit(List.of(), List.of()).id();
        ClaimedListing claimed = db.listings.claim(db.node()).orElseThrow();

        assertThat(db.listings.record(claimed, page(List.of(), "9"), true)).isTrue();

        UploadTask task = db.task(id);
        assertThat(task.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(task.outcome()).isEqualTo("failed");
        assertThat(task.error()).isEqualTo("There is no file to ingest under the given paths.");
    }

    @Test
    void whatCannotBeReadIsAFailedFileWithTheReason() {
        UUID id = submit(List.of(), List.of()).id();
        ClaimedListing claimed = db.listings.claim(db.node()).orElseThrow();
        var listed = new ListedPage(
                List.of(),
                List.of(
                        new Unreadable("/in/a/closed", "ACCESS_DENIED", "no permission to read it"),
                        new Unreadable("/in/a/gone", "FILE_NOT_FOUND", "there is no such file or folder")),
                List.of(new LeftOut("/in/a/.git", "hidden")),
                2,
                List.of(),
                List.of());

        assertThat(db.listings.record(claimed, listed, true)).isTrue();

        UploadTask task = db.task(id);
        assertThat(List.of(task.totalFiles(), task.failedFiles())).containsExactly(2, 2);
        assertThat(task.outcome()).isEqualTo("failed");
        assertThat(task.ignoredFiles()).isEqualTo(8);
        List<FileTask> files = db.fileTasks.list(id, null, null, 0, 10);
        assertThat(files).extracting(FileTask::item).containsExactly("/in/a/closed", "/in/a/gone");
        assertThat(files.get(0).filename()).isEqualTo("closed");
        assertThat(files.get(0).failure().message()).contains("no permission to read it");
        assertThat(files).extracting(file -> file.failure().code()).containsExactly("ACCESS_DENIED", "FILE_NOT_FOUND");
    }

    @Test
    void aNodeThatLostItsClaimRecordsNothing() {
        UUID id = submit(List.of(), List.of()).id();
        UUID dead = db.node();
        ClaimedListing lost = db.listings.claim(dead).orElseThrow();
        UUID other = db.node();
        assertThat(db.listings.claim(other)).isEmpty();
        db.expire(dead);

        ClaimedListing taken = db.listings.claim(other).orElseThrow();

        assertThat(db.listings.record(lost, page(files(0, 3), "2"), false)).isFalse();
        db.listings.release(lost);
        assertThat(db.task(id).totalFiles()).isZero();
        assertThat(db.listings.record(taken, page(files(0, 3), "2"), false)).isTrue();
        assertThat(db.listings.claim(dead)).isEmpty();
    }

    @Test
    void cancellingEndsTheListing() {
        UUID id = submit(files(0, 3), List.of()).id();
        ClaimedListing claimed = db.listings.claim(db.node()).orElseThrow();

        assertThat(db.uploadTasks.cancel("ann", id)).isEqualTo(new Cancellation.Cancelled(3));

        assertThat(db.listings.record(claimed, page(files(3, 6), "5"), false)).isFalse();
        assertThat(db.listings.claim(db.node())).isEmpty();
        UploadTask task = db.task(id);
        assertThat(task.outcome()).isEqualTo("cancelled");
        assertThat(task.preparing()).isFalse();
        assertThat(task.totalFiles()).isEqualTo(3);
    }

    @Test
    void listingsTakeTurns() {
        UUID first = submit(files(0, 1), List.of()).id();
        UUID second = submit(files(0, 1), List.of()).id();
        UUID node = db.node();
        ClaimedListing claimed = db.listings.claim(node).orElseThrow();
        assertThat(claimed.uploadTaskId()).isEqualTo(first);
        assertThat(db.listings.isAnyWaiting()).isTrue();

        db.listings.release(claimed);

        assertThat(db.listings.claim(node).orElseThrow().uploadTaskId()).isEqualTo(second);
    }

    @Test
    void theListingIsPurgedWithItsTask() {
        UUID id = submit(List.of(), List.of()).id();
        assertThat(db.uploadTasks.cancel("ann", id)).isInstanceOf(Cancellation.Cancelled.class);
        db.jdbc
                .sql("update upload_task set finished_at = now() - interval '2 hours'")
                .update();

        db.uploadTasks.delete(db.uploadTasks.takeForPurge(Duration.ofHours(1)).orElseThrow());

        assertThat(db.jdbc
                        .sql("select (select count(*) from task_listing) + (select count(*) from task_listing_source)")
                        .query(Integer.class)
                        .single())
                .isZero();
        assertThat(db.uploadTasks.unknown(List.of(id))).containsExactly(id);
    }
}
