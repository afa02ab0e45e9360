package io.filemill.db.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.dao.DataIntegrityViolationException;
import tools.jackson.databind.json.JsonMapper;

@ExtendWith(PostgresExtension.class)
class DocumentRepositoryIT {
    private static final String SHA = "a".repeat(64);
    private static final String OTHER_SHA = "b".repeat(64);

    private final TestDatabase database;
    private final DocumentRepository documents;

    DocumentRepositoryIT(TestDatabase database) {
        this.database = database;
        documents = new DocumentRepository(database.jdbc, database.transaction, new JsonMapper());
    }

    @AfterEach
    void deleteDocuments() {
        database.jdbc.sql("truncate document cascade").update();
    }

    private static NewDocument document(String userId, String sha256, String filename) {
        return document(userId, sha256, filename, null);
    }

    private static NewDocument document(String userId, String sha256, String filename, @Nullable String warning) {
        return new NewDocument(
                userId, sha256, filename, "text/plain", 7, 2, warning, Map.of("title", "A \"title\""), 5);
    }

    private void store(NewDocument document, List<Chunk> chunks) {
        assertThat(documents.store(document, chunks, true)).isEmpty();
    }

    private static Chunk text(int page, String text) {
        return new Chunk(page, ChunkType.TEXT, null, text);
    }

    private List<String> storedTexts() {
        return database.jdbc
                .sql("select text from chunk order by document_id, ordinal")
                .query(String.class)
                .list();
    }

    @Nested
    class Store {
        @Test
        void keepsTheDocumentOfAnotherFileTaskUnlessAskedToReplaceIt() {
            store(document("ada", SHA, "first.txt"), List.of(text(1, "One")));
            var later = new NewDocument("ada", SHA, "later.txt", "text/plain", 7, 2, null, Map.of(), 6);

            var kept = documents.store(later, List.of(text(1, "Two")), false);

            assertThat(kept).hasValueSatisfying(document -> {
                assertThat(document.filename()).isEqualTo("first.txt");
                assertThat(document.fileTaskId()).isEqualTo(5);
            });
            assertThat(storedTexts()).containsExactly("One");
            assertThat(documents.store(document("ada", SHA, "again.txt"), List.of(text(1, "Three")), false))
                    .as("the same file task may store it again")
                    .isEmpty();
            assertThat(storedTexts()).containsExactly("Three");
        }

        @Test
        void keepsTheDocumentAndItsChunksInOrder() {
            store(
                    document("ada", SHA, "ducks.txt"),
                    List.of(text(1, "One"), new Chunk(null, ChunkType.TABLE, "in.docx", "a\tb")));

            assertThat(documents.find("ada", SHA)).hasValueSatisfying(stored -> {
                assertThat(stored.filename()).isEqualTo("ducks.txt");
                assertThat(stored.mimetype()).isEqualTo("text/plain");
                assertThat(stored.sizeBytes()).isEqualTo(7);
                assertThat(stored.pages()).isEqualTo(2);
                assertThat(stored.chunks()).isEqualTo(2);
                assertThat(stored.warning()).isNull();
                assertThat(stored.fileTaskId()).isEqualTo(5);
            });
            assertThat(storedTexts()).containsExactly("One", "a\tb");
            assertThat(database.jdbc
                            .sql("select metadata ->> 'title' from document")
                            .query(String.class)
                            .single())
                    .isEqualTo("A \"title\"");
        }

        @Test
        void replacesTheSameContentOfTheSameUser() {
            store(document("ada", SHA, "old.txt"), List.of(text(1, "One"), text(1, "Two")));
            store(document("ada", SHA, "new.txt", "Some is missing."), List.of(text(1, "Three")));

            assertThat(storedTexts()).containsExactly("Three");
            assertThat(documents.find("ada", SHA)).hasValueSatisfying(stored -> {
                assertThat(stored.filename()).isEqualTo("new.txt");
                assertThat(stored.warning()).isEqualTo("Some is missing.");
            });
        }

        @Test
        void keepsUsersApart() {
            store(document("ada", SHA, "a.txt"), List.of(text(1, "One")));
            store(document("bob", SHA, "b.txt"), List.of(text(1, "One")));

            assertThat(documents.find("ada", SHA))
                    .get()
                    .extracting(StoredDocument::filename)
                    .isEqualTo("a.txt");
            assertThat(documents.find("bob", SHA))
                    .get()
                    .extracting(StoredDocument::filename)
                    .isEqualTo("b.txt");
            assertThat(documents.find("eve", SHA)).isEmpty();
        }

        @Test
        void storesMoreChunksThanOneStatementTakes() {
            var chunks = IntStream.range(0, 1_234)
                    .mapToObj(i -> text(1, "chunk " + i))
                    .toList();

            store(document("ada", SHA, "long.txt"), chunks);

            assertThat(storedTexts())
                    .containsExactlyElementsOf(chunks.stream().map(Chunk::text).toList());
        }

        @Test
        void isAllOrNothing() {
            store(document("ada", SHA, "old.txt"), List.of(text(1, "One")));

            assertThatThrownBy(() -> store(document("ada", SHA, "new.txt"), List.of(text(1, "Two"), text(1, ""))))
                    .isInstanceOf(DataIntegrityViolationException.class);

            assertThat(storedTexts()).containsExactly("One");
            assertThat(documents.find("ada", SHA))
                    .get()
                    .extracting(StoredDocument::filename)
                    .isEqualTo("old.txt");
        }

        @Test
        void twoAtOnceLeaveOneWholeDocument() {
            var barrier = new CyclicBarrier(2);
            var stores = Stream.of("first", "second")
                    .map(name -> CompletableFuture.runAsync(() -> {
                        var chunks = IntStream.range(0, 700)
                                .mapToObj(i -> text(1, name + " " + i))
                                .toList();
                        await(barrier);
                        store(document("ada", SHA, name), chunks);
                    }))
                    .toList();

            stores.forEach(CompletableFuture::join);

            var winner = documents.find("ada", SHA).orElseThrow();
            assertThat(winner.chunks()).isEqualTo(700);
            assertThat(storedTexts()).allSatisfy(text -> assertThat(text).startsWith(winner.filename()));
        }

        private static void await(CyclicBarrier barrier) {
            try {
                barrier.await();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Test
        void refusesADigestThatIsNone() {
            assertThatThrownBy(() -> store(document("ada", "ABC", "a.txt"), List.of()))
                    .isInstanceOf(DataIntegrityViolationException.class);
        }
    }

    @Nested
    class Search {
        @Test
        void findsInflectedWordsAndShowsWhere() {
            store(
                    document("ada", SHA, "ducks.txt"),
                    List.of(text(1, "Nothing here."), text(2, "A duck was swimming on the lake.")));

            var result = documents.search("ada", "ducks swim", 10, 0);

            assertThat(result.total()).isEqualTo(1);
            assertThat(result.hits()).singleElement().satisfies(hit -> {
                assertThat(hit.sha256()).isEqualTo(SHA);
                assertThat(hit.filename()).isEqualTo("ducks.txt");
                assertThat(hit.mimetype()).isEqualTo("text/plain");
                assertThat(hit.page()).isEqualTo(2);
                assertThat(hit.ordinal()).isEqualTo(1);
                assertThat(hit.type()).isEqualTo(ChunkType.TEXT);
                assertThat(hit.snippet()).isEqualTo("**duck** was **swimming** on the lake");
                assertThat(hit.score()).isPositive();
            });
        }

        @Test
        void putsTheBestHitFirstAndGivesItInPages() {
            store(document("ada", SHA, "a.txt"), List.of(text(1, "duck and much else"), text(2, "duck duck duck")));
            store(document("ada", OTHER_SHA, "b.txt"), List.of(text(1, "duck duck")));

            assertThat(documents.search("ada", "duck", 2, 0).hits())
                    .extracting(SearchHit::filename, SearchHit::page)
                    .containsExactly(tuple("a.txt", 2), tuple("b.txt", 1));
            assertThat(documents.search("ada", "duck", 2, 2))
                    .satisfies(rest -> assertThat(rest.total()).isEqualTo(3))
                    .satisfies(rest -> assertThat(rest.hits()).hasSize(1));
            assertThat(documents.search("ada", "duck", 2, 4).total()).isEqualTo(3);
        }

        @Test
        void seesOnlyTheUsersOwnDocuments() {
            store(document("ada", SHA, "a.txt"), List.of(text(1, "duck")));

            assertThat(documents.search("bob", "duck", 10, 0)).isEqualTo(new SearchResult(0, List.of()));
        }

        @Test
        void takesPhrasesAlternativesAndExclusions() {
            store(
                    document("ada", SHA, "a.txt"),
                    List.of(text(1, "wild duck"), text(2, "duck, quite wild"), text(3, "tame goose")));

            assertThat(pages("\"wild duck\"")).containsExactly(1);
            assertThat(pages("goose or quite")).containsExactlyInAnyOrder(2, 3);
            assertThat(pages("wild -quite")).containsExactly(1);
        }

        private List<Integer> pages(String query) {
            return documents.search("ada", query, 10, 0).hits().stream()
                    .map(SearchHit::page)
                    .toList();
        }

        @Test
        void takesAnyStringAsAQuery() {
            store(document("ada", SHA, "a.txt"), List.of(text(1, "duck")));

            for (var query : List.of("", "the", "'", "\"", "& | !", "duck:*", "\0", "a\\", "-")) {
                assertThat(documents.search("ada", query, 10, 0).total())
                        .as(query)
                        .isBetween(0L, 1L);
            }
            assertThat(documents.search("ada", "duck\0", 10, 0).total()).isEqualTo(1);
        }
    }

    @Test
    void deleteRemovesTheDocumentWithItsChunksOnce() {
        store(document("ada", SHA, "a.txt"), List.of(text(1, "duck")));
        store(document("bob", SHA, "a.txt"), List.of(text(1, "duck")));

        assertThat(documents.delete("ada", SHA)).isTrue();
        assertThat(documents.delete("ada", SHA)).isFalse();
        assertThat(documents.find("ada", SHA)).isEmpty();
        assertThat(storedTexts()).hasSize(1);
    }
}
