package io.filemill.worker.document;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.document.DocumentRepository;
import io.filemill.worker.file.ContentDigest;
import io.filemill.worker.file.FileOutcome;
import io.filemill.worker.file.FileOutcome.Completed;
import io.filemill.worker.file.FileOutcome.Failed;
import io.filemill.worker.file.FileOutcome.Prepared;
import io.filemill.worker.file.SourceFile;
import io.filemill.worker.isolation.ChildPool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** Files that are made to do harm, through the real parser, while other files are parsed in the other slot. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class HostileFileIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Duration STALL_LIMIT = Duration.ofSeconds(4);
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(5);

    private final ChildPool children;
    private final DocumentProcessor processor;
    private final AtomicInteger files = new AtomicInteger();

    @TempDir
    private Path directory = Path.of("");

    HostileFileIT(TestDatabase database) throws IOException {
        children = new ChildPool(TroubleClassPath.options(64), 2);
        var documents = new DocumentRepository(database.jdbc, database.transaction, JSON);
        processor = new DocumentProcessor(documents, new DocumentParser(children));
    }

    @AfterAll
    void endChildren() {
        children.close();
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(files.incrementAndGet() + "-" + name), content);
    }

    private Path trouble(String what) throws IOException {
        return file("trouble.cbl", what.getBytes(UTF_8));
    }

    private FileOutcome process(Path path) throws Exception {
        return process(path, LONG, LONG);
    }

    private FileOutcome process(Path path, Duration limit, Duration stallLimit) throws Exception {
        var name = String.valueOf(path.getFileName());
        var outcome = processor.process(new SourceFile(
                path.hashCode(),
                "ada",
                name,
                name,
                path,
                new ContentDigest(path, null),
                JSON.createObjectNode(),
                0,
                limit,
                stallLimit));
        return outcome instanceof Prepared prepared ? prepared.write().get() : outcome;
    }

    private void assertThatAnotherFileCompletes() throws Exception {
        var path =
                file("good.html", ("<table><tr><td>Duck<td>" + files.incrementAndGet() + "</table>").getBytes(UTF_8));

        assertThat(process(path)).isInstanceOf(Completed.class);
    }

    /** Returns how long the hostile file took. */
    private Duration assertThatOthersCompleteMeanwhile(Path hostile, Duration limit, String code) throws Exception {
        var start = System.nanoTime();
        var end = new AtomicLong();
        var outcome = new FutureTask<>(() -> {
            var result = process(hostile, limit, LONG);
            end.set(System.nanoTime());
            return result;
        });
        new Thread(outcome).start();
        do {
            assertThatAnotherFileCompletes();
        } while (!outcome.isDone());

        assertCode(outcome.get(), code);
        assertThatBothSlotsWork();
        return Duration.ofNanos(end.get() - start);
    }

    private static void assertCode(FileOutcome outcome, String code) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> assertThat(failed.failure().code()).isEqualTo(code));
    }

    private void assertThatBothSlotsWork() throws Exception {
        var both = new FutureTask<>(() -> {
            assertThatAnotherFileCompletes();
            return true;
        });
        new Thread(both).start();
        assertThatAnotherFileCompletes();
        assertThat(both.get()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "loop that finds empty elements, LIMIT",
        "deep recursion, LIMIT",
        "full heap, OUT_OF_MEMORY",
        "full direct memory, OUT_OF_MEMORY",
        "full native memory, OUT_OF_MEMORY",
        "many threads, OUT_OF_MEMORY",
        "native crash, PARSER_CRASHED",
    })
    void troubleStopsItsOwnFileOnly(String what, String code) throws Exception {
        assertThatOthersCompleteMeanwhile(trouble(what), LONG, code);
    }

    @Test
    void endlessLoopIsStoppedSoonAfterTheStallLimit() throws Exception {
        var isLooping = directory.resolve("stall");
        var outcome = new FutureTask<>(() -> process(trouble("loop\n" + isLooping), LONG, STALL_LIMIT));
        new Thread(outcome).start();
        await().atMost(LONG).until(() -> Files.exists(isLooping));
        var start = System.nanoTime();

        assertCode(outcome.get(), "STALLED");

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(STALL_LIMIT.plus(STOPPED_WITHIN));
        assertThatBothSlotsWork();
    }

    @Test
    void endlessLoopIsStoppedSoonAfterTheTimeLimit() throws Exception {
        var limit = Duration.ofSeconds(10);
        var isLooping = directory.resolve("time");
        var file = trouble("loop\n" + isLooping);

        var time = assertThatOthersCompleteMeanwhile(file, limit, "TIMEOUT");

        assertThat(time).isBetween(limit, limit.plus(STOPPED_WITHIN));
        assertThat(isLooping).exists();
    }

    @Test
    void parserThatFindsSomethingNowAndThenMayTakeLongerThanTheStallLimit() throws Exception {
        assertThat(process(trouble("slow but sound"), LONG, STALL_LIMIT)).isInstanceOf(Completed.class);
    }

    @Test
    void archiveBombIsOverTheLimit() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("bomb.txt"));
            var block = "duck ".repeat(200_000).getBytes(UTF_8);
            for (var megabyte = 0; megabyte < 1_000; megabyte++) {
                zip.write(block);
            }
        }

        assertThatOthersCompleteMeanwhile(file("bomb.zip", bytes.toByteArray()), LONG, "LIMIT");
    }

    @Test
    void entityBombIsOverTheLimit() throws Exception {
        var entities = new StringBuilder("<!ENTITY e0 \"duck\">");
        for (var i = 1; i < 12; i++) {
            entities.append(
                    "<!ENTITY e%d \"%s\">".formatted(i, "&e%d;".formatted(i - 1).repeat(10)));
        }
        var bomb = "<?xml version=\"1.0\"?><!DOCTYPE a [" + entities + "]><a>&e11;</a>";

        assertThatOthersCompleteMeanwhile(file("bomb.xml", bomb.getBytes(UTF_8)), LONG, "LIMIT");
    }

    @Test
    void deepNestingIsOverTheLimit() throws Exception {
        var content = "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\""
                + " xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:text>"
                + "<text:list><text:list-item>".repeat(50_000)
                + "<text:p>duck</text:p></office:text></office:body></office:document-content>";
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("mimetype"));
            zip.write("application/vnd.oasis.opendocument.text".getBytes(UTF_8));
            zip.putNextEntry(new ZipEntry("content.xml"));
            zip.write(content.getBytes(UTF_8));
        }

        assertThatOthersCompleteMeanwhile(file("deep.odt", bytes.toByteArray()), LONG, "LIMIT");
    }
}
