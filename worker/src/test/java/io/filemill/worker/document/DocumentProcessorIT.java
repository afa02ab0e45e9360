package io.filemill.worker.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.document.DocumentRepository;
import io.filemill.db.document.SearchHit;
import io.filemill.worker.file.ContentDigest;
import io.filemill.worker.file.FileOutcome;
import io.filemill.worker.file.FileOutcome.Completed;
import io.filemill.worker.file.FileOutcome.Failed;
import io.filemill.worker.file.FileOutcome.Prepared;
import io.filemill.worker.file.FileOutcome.Skipped;
import io.filemill.worker.file.SourceFile;
import io.filemill.worker.isolation.ChildOptions;
import io.filemill.worker.isolation.ChildPool;
import io.filemill.worker.isolation.ClassPathDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole way of a file: digest, the real parser in a child process, chunks, PostgreSQL. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class DocumentProcessorIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Path JARS = Path.of("target", "parser-jars");

    private final TestDatabase database;
    private final DocumentRepository documents;
    private final ChildPool children;
    private final DocumentProcessor processor;

    @TempDir
    private Path directory = Path.of("");

    DocumentProcessorIT(TestDatabase database) throws IOException {
        this.database = database;
        documents = new DocumentRepository(database.jdbc, database.transaction, JSON);
        children = new ChildPool(options(512), 2);
        processor = new DocumentProcessor(documents, new DocumentParser(children));
    }

    private static ChildOptions options(int heapMegabytes) throws IOException {
        var classPath = ClassPathDirectory.layOut("filemill-parser", JARS);
        return ChildOptions.of(classPath, "io.filemill.parser.ParserMain", heapMegabytes);
    }

    @BeforeAll
    @AfterEach
    void deleteDocuments() {
        database.jdbc.sql("truncate document cascade").update();
    }

    @AfterAll
    void endChildren() {
        children.close();
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    private static SourceFile source(long id, @Nullable Path path, String settings, Duration limit) {
        return new SourceFile(
                id,
                "ada",
                String.valueOf(path),
                path == null ? "none" : String.valueOf(path.getFileName()),
                path,
                new ContentDigest(path, null),
                JSON.readTree(settings),
                0,
                limit,
                limit);
    }

    private FileOutcome process(long id, @Nullable Path path) throws Exception {
        return process(id, path, "{}");
    }

    private FileOutcome process(long id, @Nullable Path path, String settings) throws Exception {
        return written(processor.process(source(id, path, settings, Duration.ofMinutes(2))));
    }

    private static FileOutcome written(FileOutcome outcome) {
        return outcome instanceof Prepared prepared ? prepared.write().get() : outcome;
    }

    private static JsonNode completed(FileOutcome outcome) {
        assertThat(outcome).isInstanceOf(Completed.class);
        return ((Completed) outcome).result();
    }

    private static void assertFailed(FileOutcome outcome, String code) {
        assertThat(outcome).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.failure().code()).isEqualTo(code);
            assertThat(failed.failure().message()).endsWith(".").doesNotContain("Exception", "\n");
            assertThat(failed.failure().retryable()).isFalse();
        });
    }

    @Test
    void textOfAFileIsStoredAndFound() throws Exception {
        var result = completed(process(1, file("ducks.html", "<p>Ducks swim.</p><table><tr><td>a<td>b</table>")));

        assertThat(result.toString())
                .isEqualTo("{\"status\":\"indexed\",\"id\":\""
                        + result.get("id").asString() + "\",\"chunks\":2,\"pages\":null,\"mimetype\":\"text/html\"}");
        assertThat(result.get("id").asString()).matches("[0-9a-f]{64}");
        assertThat(documents.search("ada", "duck", 10, 0).hits())
                .extracting(SearchHit::filename)
                .containsExactly("ducks.html");
    }

    @Test
    void sameContentIsUnchanged() throws Exception {
        var first = completed(process(1, file("a.txt", "Ducks swim.")));

        var second = process(2, file("b.txt", "Ducks swim."));

        assertThat(second).isInstanceOfSatisfying(Skipped.class, skipped -> {
            assertThat(skipped.result().get("status").asString()).isEqualTo("unchanged");
            assertThat(skipped.result().get("id")).isEqualTo(first.get("id"));
        });
        assertThat(documents.search("ada", "duck", 10, 0).hits()).hasSize(1);
    }

    @Test
    void ofTwoFilesWithTheSameContentAtTheSameTimeOneIsStoredAndOneIsSkipped() throws Exception {
        var limit = Duration.ofMinutes(2);
        var first = processor.process(source(1, file("a.txt", "Ducks swim."), "{}", limit));
        var second = processor.process(source(2, file("b.txt", "Ducks swim."), "{}", limit));

        completed(written(second));
        assertThat(written(first)).isInstanceOfSatisfying(Skipped.class, skipped -> {
            assertThat(skipped.result().get("reason").asString()).isEqualTo("duplicate_content");
            assertThat(skipped.result().get("duplicate_of_file_id").asLong()).isEqualTo(2);
            assertThat(skipped.result().get("duplicate_of_filename").asString()).isEqualTo("b.txt");
        });
        assertThat(documents.search("ada", "duck", 10, 0).hits())
                .extracting(SearchHit::filename)
                .containsExactly("b.txt");
    }

    @Test
    void rerunOfTheSameFileTaskCompletesWithTheSameResult() throws Exception {
        var path = file("a.txt", "Ducks swim.");
        var first = process(1, path);

        assertThat(process(1, path)).isEqualTo(first);
    }

    @Test
    void duplicateIsReplacedIfAskedFor() throws Exception {
        process(1, file("a.txt", "Ducks swim."));

        completed(process(2, file("b.txt", "Ducks swim."), "{\"replace_duplicates\":true}"));
        completed(process(3, file("c.txt", "Ducks swim."), "{\"replace_duplicates\":\"true\"}"));

        assertThat(documents.search("ada", "duck", 10, 0).hits())
                .extracting(SearchHit::filename)
                .containsExactly("c.txt");
        assertThat(process(4, file("d.txt", "Ducks swim."), "{\"replace_duplicates\":false}"))
                .isInstanceOf(Skipped.class);
    }

    @Test
    void givenDigestIsTrusted() throws Exception {
        var digest = "c".repeat(64);
        var path = file("a.txt", "Ducks swim.");

        var outcome = processor.process(new SourceFile(
                1,
                "ada",
                "a",
                "a.txt",
                path,
                new ContentDigest(path, digest),
                JSON.createObjectNode(),
                0,
                Duration.ofMinutes(2),
                Duration.ofMinutes(2)));

        assertThat(completed(written(outcome)).get("id").asString()).isEqualTo(digest);
    }

    @Test
    void fileNameMayBeInAnyScript() throws Exception {
        var path = Files.writeString(directory.resolve("Größe.txt"), "Ducks swim.", StandardCharsets.UTF_8);

        completed(process(1, path));
    }

    @Nested
    class Failures {
        @Test
        void missingFileIsNotFound() throws Exception {
            assertFailed(process(1, directory.resolve("gone.txt")), "FILE_NOT_FOUND");
            assertFailed(process(1, directory), "FILE_NOT_FOUND");
            assertFailed(process(1, null), "FILE_NOT_FOUND");
        }

        @Test
        void emptyFileIsEmpty() throws Exception {
            assertFailed(process(1, file("a.txt", "")), "EMPTY");
        }

        @Test
        void randomBytesAreUnsupported() throws Exception {
            var bytes = new byte[5_000];
            new Random(7).nextBytes(bytes);

            assertFailed(process(1, Files.write(directory.resolve("a.bin"), bytes)), "UNSUPPORTED");
            assertThat(documents.search("ada", "duck", 10, 0).hits()).isEmpty();
        }

        @Test
        void fileThatTakesTooLongIsTimedOutAndTheNextOneIsNot() throws Exception {
            var path = file("a.txt", "Ducks swim.");

            assertFailed(processor.process(source(1, path, "{}", Duration.ofMillis(1))), "TIMEOUT");
            completed(process(1, path));
        }

        @Test
        void interruptEndsTheFileWithoutATrace() throws Exception {
            var path = file("a.txt", "Ducks swim.");
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> process(1, path)).isInstanceOf(InterruptedException.class);
            assertThat(documents.search("ada", "duck", 10, 0).hits()).isEmpty();
        }

        @Test
        void fileThatNeedsTooMuchMemoryFailsAndTheNextOneIsNot() throws Exception {
            try (var small = new ChildPool(options(24), 1)) {
                var smallProcessor = new DocumentProcessor(documents, new DocumentParser(small));

                var outcome = smallProcessor.process(
                        source(1, file("long.txt", "duck ".repeat(3_900_000)), "{}", Duration.ofMinutes(2)));

                assertFailed(outcome, "OUT_OF_MEMORY");
                completed(process(2, file("a.txt", "Ducks swim.")));
            }
        }

        @Test
        void parserThatAlwaysCrashesIsSaid() throws Exception {
            var usual = options(64);
            var broken = new ChildOptions(usual.classPath(), "no.such.Main", 64, 1, 1_000, usual.idleLimit());
            try (var pool = new ChildPool(broken, 1)) {
                var brokenProcessor = new DocumentProcessor(documents, new DocumentParser(pool));

                var outcome =
                        brokenProcessor.process(source(1, file("a.txt", "Ducks swim."), "{}", Duration.ofMinutes(2)));

                assertFailed(outcome, "PARSER_CRASHED");
            }
        }
    }
}
