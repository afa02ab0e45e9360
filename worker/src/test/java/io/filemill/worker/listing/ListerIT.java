package io.filemill.worker.listing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.listing.ClaimedListing;
import io.filemill.db.listing.FoundFiles;
import io.filemill.db.listing.NewListing;
import io.filemill.db.listing.Source;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import io.filemill.db.task.TaskLimits;
import io.filemill.db.task.UploadTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;

@ExtendWith(PostgresExtension.class)
class ListerIT {
    private static final int FILES = 4500;

    private final TestDatabase db;
    private final List<String> all = new ArrayList<>();
    private Path root;

    ListerIT(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void createFiles(@TempDir Path folder) throws IOException {
        root = folder.toRealPath();
        for (int i = 0; i < FILES; i++) {
            Path file = root.resolve(i % 7 + "/" + i);
            Files.createDirectories(file.getParent());
            all.add(Files.createFile(file).toString());
        }
    }

    private UUID submit(Source... sources) {
        var rest = new NewListing(
                List.of(root.toString()), List.of(sources), List.of(), List.of(), List.of(), List.of(), 0);
        var files = new FoundFiles() {
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
                return Optional.of(rest);
            }
        };
        var task = new NewUploadTask(
                UUID.randomUUID(), "ann", "noop", JsonNodeFactory.instance.objectNode(), 5, TaskLimits.OF_THE_NODE);
        return db.submission.submit(task, files, null).orElseThrow().id();
    }

    private List<String> items(UUID task) {
        return db.jdbc
                .sql("select item from file_task where upload_task_id = :id")
                .param("id", task)
                .query(String.class)
                .list();
    }

    @Test
    void listsTheSourcesOfATaskInOrder() throws IOException {
        Files.createSymbolicLink(root.resolve("0/broken"), root.resolve("nowhere"));
        UUID task = submit(
                new Source(root + "/3", null), new Source(root + "/6", "*1"), new Source(root.toString(), "**/[0-9]*"));
        try (var lister = new Lister(db.listings, db.node())) {
            assertThat(lister.runOnce()).isTrue();
            assertThat(lister.runOnce()).isFalse();
        }

        UploadTask prepared = db.task(task);
        assertThat(prepared.preparing()).isFalse();
        assertThat(prepared.totalFiles()).isEqualTo(FILES + 1);
        assertThat(prepared.failedFiles()).isEqualTo(1);
        assertThat(prepared.duplicatesIgnored()).isPositive();
        assertThat(items(task)).containsAll(all).contains(root + "/0/broken");
    }

    @Test
    void anotherNodeGoesOnWhereADeadOneStopped() {
        UUID task = submit(new Source(root.toString(), null));
        UUID dead = db.node();
        ClaimedListing claimed = db.listings.claim(dead).orElseThrow();
        var walk = new SourcesWalk(claimed, number -> db.listings.source(task, number));
        SourcesWalk.Page page = walk.next(() -> false);
        assertThat(page.last()).isFalse();
        assertThat(db.listings.record(claimed, page.listed(), false)).isTrue();
        SourcesWalk.Page late = walk.next(() -> false);
        db.expire(dead);

        try (var lister = new Lister(db.listings, db.node())) {
            assertThat(lister.runOnce()).isTrue();
        }

        assertThat(db.listings.record(claimed, late.listed(), late.last())).isFalse();
        assertThat(items(task)).containsExactlyInAnyOrderElementsOf(all);
        UploadTask prepared = db.task(task);
        assertThat(prepared.totalFiles()).isEqualTo(FILES);
        assertThat(prepared.duplicatesIgnored()).isZero();
        assertThat(prepared.preparing()).isFalse();
    }

    @Test
    void aListingIsGivenBackWhenTheNodeStops() {
        UUID task = submit(new Source(root.toString(), null));
        UUID node = db.node();
        var lister = new Lister(db.listings, node);
        lister.close();

        assertThat(lister.runOnce()).isTrue();

        assertThat(db.task(task).preparing()).isTrue();
        assertThat(db.task(task).totalFiles()).isZero();
        try (var other = new Lister(db.listings, db.node())) {
            assertThat(other.runOnce()).isTrue();
        }
        assertThat(db.task(task).totalFiles()).isEqualTo(FILES);
    }

    @Test
    void aListingThatFailsDoesNotKeepOthersWaiting() {
        UUID broken = submit(new Source(root.toString(), "[")); // which no request can ask for
        UUID task = submit(new Source(root + "/1", null));
        try (var lister = new Lister(db.listings, db.node())) {
            lister.start();
            lister.wake();
            await().until(() -> {
                lister.wake();
                return !db.task(task).preparing();
            });
        }

        assertThat(db.task(broken).preparing()).isTrue();
    }
}
