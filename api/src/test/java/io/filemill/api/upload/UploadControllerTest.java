package io.filemill.api.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.filemill.api.Multipart;
import io.filemill.api.problem.Slice;
import io.filemill.api.security.AccessMode;
import io.filemill.api.security.AuthProperties;
import io.filemill.api.security.CurrentUser;
import io.filemill.db.listing.FoundFiles;
import io.filemill.db.queue.IdempotencyKey;
import io.filemill.db.queue.Submission.Accepted;
import io.filemill.db.storage.FileStore;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

class UploadControllerTest {
    private final RecordedTasks recorded = new RecordedTasks();
    private Path stored;
    private Path root;
    private FileStore store;
    private MockMvcTester mvc;

    /** Counts as the database does, and remembers what it was given. */
    private static final class RecordedTasks implements Uploads.Acceptance {
        private final List<NewUploadTask> tasks = new ArrayList<>();
        private final List<NewFileTask> files = new ArrayList<>();
        private @Nullable RuntimeException failure;

        @Override
        public Optional<Accepted> submit(NewUploadTask task, FoundFiles given, @Nullable IdempotencyKey key) {
            if (failure != null) {
                throw failure;
            }
            List<NewFileTask> all = new ArrayList<>();
            given.forEachRemaining(all::add);
            Map<String, NewFileTask> distinct = new LinkedHashMap<>();
            all.forEach(file -> distinct.putIfAbsent(file.item(), file));
            if (all.isEmpty()) {
                return Optional.empty();
            }
            tasks.add(task);
            files.addAll(distinct.values());
            return Optional.of(new Accepted(
                    task.id(),
                    distinct.size(),
                    all.size() - distinct.size(),
                    false,
                    given.rest().isPresent()));
        }

        NewUploadTask task() {
            assertThat(tasks).hasSize(1);
            return tasks.get(0);
        }
    }

    @BeforeEach
    void createController(@TempDir Path folder) throws IOException {
        stored = folder.resolve("stored");
        root = Files.createDirectory(folder.toRealPath().resolve("root"));
        store = new FileStore(stored, Clock.systemUTC());
        var roots = new IngestRoots(root.toString());
        var uploads = new Uploads(
                store,
                roots,
                recorded,
                Set.of("document", "noop"),
                new CurrentUser(AccessMode.OPEN, AuthProperties.Sharing.NONE));
        var manifests =
                new Manifests(store, roots, uploads, (user, first, last) -> List.of(), MultipartReceiver.Limits.NONE);
        mvc = Slice.of(new UploadController(uploads, manifests, Slice.json()), new JsonBodyLimit(100_000));
    }

    private MvcTestResult send(Multipart body) {
        return mvc.post()
                .uri("/v1/tasks")
                .contentType(MediaType.parseMediaType(body.contentType()))
                .content(body.bytes())
                .exchange();
    }

    private MvcTestResult send(String json) {
        return mvc.post()
                .uri("/v1/tasks")
                .contentType(MediaType.APPLICATION_JSON)
                .content(json)
                .exchange();
    }

    private void assertRefused(MvcTestResult result, int status, String... text) {
        assertThat(result)
                .hasStatus(status)
                .hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
                .bodyText()
                .contains(text);
        assertThat(recorded.files).isEmpty();
        assertThat(storedFiles()).isEmpty();
    }

    private List<Path> storedFiles() {
        if (!Files.exists(stored)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(stored)) {
            return files.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String content(NewFileTask file) throws IOException {
        @Nullable String storedAs = file.storedAs();
        assertThat(storedAs).isNotNull();
        return Files.readString(store.path(String.valueOf(storedAs)));
    }

    @Test
    void uploadedFilesAreStoredHashedAndAccepted() throws IOException {
        MvcTestResult result = send(new Multipart().file("a.txt", "hello").file("folder/b.txt", ""));
        NewUploadTask task = recorded.task();
        assertThat(result)
                .hasStatus(201)
                .hasHeader("Location", "/v1/tasks/" + task.id())
                .bodyText()
                .isEqualTo("{\"task_id\":\"" + task.id()
                        + "\",\"total_files\":2,\"status\":\"accepted\",\"duplicates_ignored\":0}");
        assertThat(task.userId()).isEqualTo("anonymous");
        assertThat(task.processor()).isEqualTo("document");
        assertThat(task.priority()).isEqualTo(5);
        assertThat(task.settings().toString()).isEqualTo("{}");
        assertThat(recorded.files)
                .extracting(NewFileTask::item, NewFileTask::filename, NewFileTask::sizeBytes, NewFileTask::sha256)
                .containsExactly(
                        tuple("a.txt", "a.txt", 5L, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
                        tuple(
                                "folder/b.txt",
                                "b.txt",
                                0L,
                                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        assertThat(content(recorded.files.get(0))).isEqualTo("hello");
    }

    @Test
    void textFieldsMayComeBeforeAndAfterTheFiles() {
        assertThat(send(new Multipart()
                        .field("processor", "noop")
                        .file("a", "a")
                        .field("settings", "{\"delay_ms\": 5}")
                        .field("priority", "9")
                        .field("replace_duplicates", "true")
                        .field("colour", "red")))
                .hasStatus(201);
        NewUploadTask task = recorded.task();
        assertThat(task.processor()).isEqualTo("noop");
        assertThat(task.priority()).isEqualTo(9);
        assertThat(task.settings().toString()).isEqualTo("{\"delay_ms\":5,\"replace_duplicates\":true}");
    }

    // T-IN-5
    @Test
    void theSameFileAgainIsCountedAsADuplicateAndItsBytesAreDeleted() {
        assertThat(send(new Multipart().file("a", "same").file("a", "same").file("b", "same")))
                .bodyText()
                .contains("\"total_files\":2", "\"duplicates_ignored\":1");
        assertThat(recorded.files).extracting(NewFileTask::item).containsExactly("a", "b");
        assertThat(storedFiles()).hasSize(2);
    }

    @Test
    void theSameNameWithOtherContentGetsANumberSoThatNothingIsLost() throws IOException {
        assertThat(send(new Multipart()
                        .file("x/a", "one")
                        .file("x/a", "two")
                        .file("x/a (3)", "taken")
                        .file("x/a", "three")
                        .file("x/a", "two")))
                .bodyText()
                .contains("\"total_files\":4", "\"duplicates_ignored\":1");
        assertThat(recorded.files)
                .extracting(NewFileTask::item)
                .containsExactly("x/a", "x/a (2)", "x/a (3)", "x/a (4)");
        assertThat(recorded.files).extracting(NewFileTask::filename).containsExactly("a", "a", "a (3)", "a");
        assertThat(content(recorded.files.get(1))).isEqualTo("two");
        assertThat(content(recorded.files.get(3))).isEqualTo("three");
    }

    // T-IN-7
    @Test
    void theClientsNameNeverBecomesANameOnDisk() {
        assertThat(send(new Multipart().file("../../../../tmp/evil", "a").file("/etc/passwd", "b")))
                .hasStatus(201);
        assertThat(recorded.files).extracting(NewFileTask::item).containsExactly("../../../../tmp/evil", "/etc/passwd");
        assertThat(recorded.files).extracting(NewFileTask::filename).containsExactly("evil", "passwd");
        assertThat(storedFiles())
                .hasSize(2)
                .allSatisfy(file -> assertThat(file.getFileName().toString()).matches("[0-9]+"));
    }

    @Test
    void namesInAnyScriptAreKept() {
        assertThat(send(new Multipart().file("Übung/文書 №1.pdf", "a"))).hasStatus(201);
        assertThat(recorded.files)
                .extracting(NewFileTask::item, NewFileTask::filename)
                .containsExactly(tuple("Übung/文書 №1.pdf", "文書 №1.pdf"));
    }

    @Test
    void aFileWithoutANameIsRefused() {
        assertRefused(send(new Multipart().file("a", "a").file("", "b")), 400, "has no file name");
        assertRefused(send(new Multipart().file("a", "a").field("file", "b")), 400, "has no file name");
    }

    @Test
    void aNameWithControlCharactersIsRefused() {
        assertRefused(send(new Multipart().file("a", "a").file("b\0.txt", "b")), 400, "control character", "b?.txt");
        assertRefused(send(new Multipart().file("b\u0007.txt", "b")), 400, "control character");
    }

    @Test
    void aNameThatIsTooLongIsRefused() {
        assertRefused(send(new Multipart().file("é".repeat(1100), "a")), 400, "longer than 2032 bytes");
    }

    @Test
    void aRequestWithoutFilesIsRefused() {
        assertRefused(send(new Multipart().field("processor", "noop")), 400, "/problems/no-files");
        assertRefused(send("{}"), 400, "/problems/no-files");
        assertRefused(send("{\"paths\": []}"), 400, "/problems/no-files");
        assertRefused(send("{\"processor\": \"noop\", \"items\": []}"), 400, "/problems/no-files");
    }

    @Test
    void aFileUnderAnotherNameThanFileIsRefused() {
        assertRefused(
                send(new Multipart().file("a", "a").part("form-data; name=\"files\"; filename=\"b\"", "b")),
                400,
                "parts named file");
    }

    @Test
    void aRefusedRequestLeavesNoBytes() {
        Multipart file = new Multipart().file("a", "a");
        assertRefused(
                send(file.field("processor", "mystery")),
                400,
                "/problems/unknown-processor",
                "\"known_processors\":[\"document\",\"noop\"]");
        assertRefused(send(new Multipart().file("a", "a").field("settings", "[1]")), 400, "must be a JSON object");
        assertRefused(send(new Multipart().file("a", "a").field("settings", "{")), 400, "not valid JSON");
        assertRefused(send(new Multipart().file("a", "a").field("settings", "{\"a\": [\"\\u0000\"]}")), 400, "U+0000");
        assertRefused(send(new Multipart().file("a", "a").field("priority", "10")), 400, "from 0 to 9");
        assertRefused(send(new Multipart().file("a", "a").field("priority", "high")), 400, "whole number");
        assertRefused(send(new Multipart().file("a", "a").field("replace_duplicates", "yes")), 400, "true or false");
        assertRefused(
                send(new Multipart()
                        .file("a", "a")
                        .field("settings", "x".repeat(MultipartReceiver.MAX_FIELD_BYTES + 1))),
                413,
                "/problems/too-large");
    }

    @Test
    void aBodyThatEndsEarlyLeavesNoBytes() {
        byte[] whole =
                new Multipart().file("a", "a").file("b", "b".repeat(1000)).bytes();
        String body = new String(whole, StandardCharsets.UTF_8);
        assertRefused(
                mvc.post()
                        .uri("/v1/tasks")
                        .contentType(MediaType.parseMediaType(new Multipart().contentType()))
                        .content(body.substring(0, body.length() - 500))
                        .exchange(),
                400,
                "/problems/invalid-request");
        assertRefused(
                mvc.post()
                        .uri("/v1/tasks")
                        .contentType(MediaType.MULTIPART_FORM_DATA)
                        .content(body)
                        .exchange(),
                400,
                "boundary");
    }

    @Test
    void bytesStayWhenItIsUnknownWhetherTheTaskWasCommitted() {
        recorded.failure = new TransactionSystemException("the connection broke during the commit");
        assertThat(send(new Multipart().file("a", "a"))).hasStatus(503);
        assertThat(storedFiles()).hasSize(1);
    }

    @Test
    void bytesAreDeletedWhenNoTransactionCouldBegin() {
        recorded.failure = new CannotCreateTransactionException("no connection");
        assertRefused(send(new Multipart().file("a", "a")), 503, "/problems/unavailable");
    }

    @Test
    void filesUnderPathsAreAcceptedWithWhatWasLeftOut() throws IOException {
        Files.writeString(root.resolve("a.txt"), "a");
        Files.writeString(root.resolve("b.pdf"), "b");
        Files.writeString(root.resolve(".hidden"), "c");
        assertThat(send("{\"path\": \"" + root + "/*.pdf\", \"paths\": [\"" + root + "\"], \"priority\": 1,"
                        + " \"replace_duplicates\": true}"))
                .hasStatus(201)
                .bodyText()
                .contains(
                        "\"total_files\":2",
                        "\"duplicates_ignored\":1",
                        "\"ignored_files\":1,\"ignored\":[{\"item\":\"" + root + "/.hidden\",\"reason\":\"hidden\"}]");
        assertThat(recorded.task().priority()).isEqualTo(1);
        assertThat(recorded.task().settings().toString()).isEqualTo("{\"replace_duplicates\":true}");
        assertThat(recorded.files)
                .extracting(NewFileTask::item)
                .containsExactlyInAnyOrder(root + "/a.txt", root + "/b.pdf");
    }

    @Test
    void pathsWithoutFilesAreRefusedWithWhatWasLeftOut() {
        assertRefused(
                send("{\"path\": \"" + root + "/nothing\"}"),
                400,
                "/problems/no-files",
                "\"ignored_files\":1",
                "there is no such file or folder");
    }

    @Test
    void pathsOutsideOfTheRootsAreRefused() {
        assertRefused(send("{\"path\": \"/etc/passwd\"}"), 403, "/problems/path-not-allowed", "FILEMILL_INGEST_ROOTS");
    }

    @Test
    void itemsForTheDocumentProcessorAreCheckedLikePaths() {
        assertRefused(send("{\"items\": [\"/etc/passwd\"]}"), 403, "/problems/path-not-allowed");
        assertRefused(
                send("{\"processor\": \"document\", \"items\": [\"/etc/passwd\"]}"), 403, "/problems/path-not-allowed");
    }

    @Test
    void anItemThatAWorkerWouldOpenAsAFileMustLieInTheRoots() throws IOException {
        assertRefused(
                send("{\"processor\": \"noop\", \"items\": [\"x\", \"/etc/passwd\"]}"),
                403,
                "/problems/path-not-allowed");
        Files.createSymbolicLink(root.resolve("link"), Path.of("/etc"));
        assertRefused(
                send("{\"processor\": \"noop\", \"items\": [\"" + root + "/link/passwd\"]}"),
                403,
                "/problems/path-not-allowed");
        assertThat(send("{\"processor\": \"noop\", \"items\": [\"" + root + "/a\"]}"))
                .hasStatus(201);
    }

    @Test
    void itemsAreHandedToTheirProcessorAsTheyAre() {
        assertThat(
                        send(
                                "{\"processor\": \"noop\", \"items\": [\"s3://bucket/key.pdf\", \"x\", \"x\"], \"settings\": {\"a\": 1}}"))
                .hasStatus(201)
                .bodyText()
                .contains("\"total_files\":2", "\"duplicates_ignored\":1")
                .doesNotContain("ignored_files");
        assertThat(recorded.files)
                .containsExactly(
                        NewFileTask.notStored("s3://bucket/key.pdf", "key.pdf"), NewFileTask.notStored("x", "x"));
        assertThat(recorded.task().settings().toString()).isEqualTo("{\"a\":1}");
    }

    @Test
    void itemsThatCannotBeStoredAreRefused() {
        assertRefused(send("{\"processor\": \"noop\", \"items\": [\"a\", \"b\\u0000\"]}"), 400, "U+0000");
        assertRefused(send("{\"processor\": \"noop\", \"items\": [\"\"]}"), 400, "1 to 2048 bytes");
        assertRefused(
                send("{\"processor\": \"noop\", \"items\": [\"" + "x".repeat(2049) + "\"]}"), 400, "1 to 2048 bytes");
        assertRefused(send("{\"processor\": \"noop\", \"items\": [null]}"), 400, "null");
        assertRefused(send("{\"paths\": [null]}"), 400, "null");
        assertRefused(send("{\"paths\": [\"" + root + "\"], \"items\": [\"a\"]}"), 400, "either paths or items");
    }

    @Test
    void aTaskMayStartLater() {
        assertThat(send("{\"processor\": \"noop\", \"items\": [\"a\"], \"not_before\": \"2030-01-31T08:00:00+02:00\"}"))
                .hasStatus(201);
        assertThat(recorded.task().notBefore()).isEqualTo("2030-01-31T06:00:00Z");
    }

    @Test
    void aTimeIsTakenFromAFieldAndFromTheQueryToo() {
        String time = "2030-01-31T08:00:00Z";
        send(new Multipart().file("a.txt", "a").field("not_before", time));
        sendManifest("text/csv", "?processor=noop&not_before=" + time, "item\na\n");
        assertThat(recorded.tasks)
                .extracting(NewUploadTask::notBefore)
                .containsOnly(Instant.parse(time))
                .hasSize(2);
    }

    @Test
    void aTimeThatIsNoneIsRefused() {
        for (String time : List.of("", "tomorrow", "2030-01-31", "2030-01-31T08:00:00", "+12345-01-01T00:00:00Z")) {
            assertRefused(
                    send("{\"processor\": \"noop\", \"items\": [\"a\"], \"not_before\": \"" + time + "\"}"),
                    400,
                    "not_before must be a time");
        }
    }

    @Test
    void jsonThatIsTooLongIsRefused() {
        assertRefused(
                send("{\"processor\": \"noop\", \"items\": [\"" + "x".repeat(200_000) + "\"]}"),
                413,
                "/problems/too-large");
    }

    private MvcTestResult sendManifest(String contentType, String query, String manifest) {
        return mvc.post()
                .uri(URI.create("/v1/tasks" + query))
                .contentType(MediaType.parseMediaType(contentType))
                .content(manifest.getBytes(StandardCharsets.UTF_8))
                .exchange();
    }

    @Test
    void manifestsBecomeTasks() {
        assertThat(sendManifest(
                        "application/x-ndjson",
                        "?processor=noop&priority=7&settings=%7B%22a%22:1%7D&replace_duplicates=true&max_attempts=2",
                        "\"a\"\n{\"item\": \"b\", \"filename\": \"Bee\"}\n\"a\"\n"))
                .hasStatus(201)
                .hasHeader("Location", "/v1/tasks/" + recorded.task().id())
                .bodyText()
                .contains("\"total_files\":2", "\"duplicates_ignored\":1");
        assertThat(recorded.files).containsExactly(NewFileTask.notStored("a", "a"), NewFileTask.notStored("b", "Bee"));
        assertThat(recorded.task().priority()).isEqualTo(7);
        assertThat(recorded.task().limits().maxAttempts()).isEqualTo(2);
        assertThat(recorded.task().settings().toString()).isEqualTo("{\"a\":1,\"replace_duplicates\":true}");
        assertThat(storedFiles()).isEmpty();
    }

    @Test
    void csvManifestsBecomeTasks() {
        assertThat(sendManifest("text/csv; charset=utf-8", "", "path\n" + root + "/a.pdf\n"))
                .hasStatus(201);
        assertThat(recorded.files).containsExactly(NewFileTask.notStored(root + "/a.pdf", "a.pdf"));
    }

    @Test
    void badManifestsAreRefused() {
        String noop = "?processor=noop";
        assertRefused(
                sendManifest("application/x-ndjson", noop, "\"a\"\n{"), 400, "\"line\":2", "Line 2 of the manifest");
        assertRefused(
                sendManifest("text/csv", "", "path\n/etc/passwd\n"), 403, "/problems/path-not-allowed", "\"line\":2");
        assertRefused(sendManifest("application/x-ndjson", noop, "\n\n"), 400, "/problems/no-files");
        assertRefused(sendManifest("text/csv", noop, "item\n"), 400, "/problems/no-files");
        assertRefused(sendManifest("text/csv; charset=iso-8859-1", noop, "item\na\n"), 415, "UTF-8");
        assertRefused(sendManifest("text/csv", "?priority=high", "item\na\n"), 400, "The parameter priority");
        assertRefused(sendManifest("text/csv", "?settings=nope", "item\na\n"), 400, "settings");
        assertRefused(sendManifest("text/csv", "?processor=nope", "item\na\n"), 400, "/problems/unknown-processor");
        assertRefused(sendManifest("text/plain", noop, "a\n"), 415, "application/x-ndjson");
    }
}
