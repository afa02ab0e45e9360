package io.filemill.api.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.filemill.api.Multipart;
import io.filemill.api.RunningApi;
import io.filemill.api.RunningApi.Answer;
import io.filemill.api.problem.ProblemException;
import io.filemill.db.LargeTask;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.storage.FileStore;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.TaskStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** Reports of a real server on a real database, and what happens when they are submitted again. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReportIT {
    private static final JsonMapper JSON = JsonMapper.shared();

    private RunningApi api;
    private TestDatabase database;
    private Path root;

    @BeforeAll
    void start(TestDatabase database, @TempDir Path temporary) throws IOException {
        this.database = database;
        Path folder = temporary.toRealPath();
        root = Files.createDirectory(folder.resolve("root"));
        api = RunningApi.start(
                Map.of("filemill.db.url", database.url, "filemill.db.data-dir", folder, "filemill.ingest-roots", root));
    }

    @BeforeEach
    void emptyTheDatabase() {
        database.empty();
        database.manyNodes();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private String manifest(String query, String type, String body) {
        return id(post(query, type, body));
    }

    private Answer post(String query, String type, String body) {
        return api.send(HttpRequest.newBuilder(api.uri("/v1/tasks" + query))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(body)));
    }

    private static String id(Answer accepted) {
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(201);
        return accepted.json().get("task_id").stringValue();
    }

    /** Ends all files of a task; those that the predicate takes fail. */
    private void finish(String task, Predicate<FileTask> fails) {
        UUID node = database.node();
        for (FileTask file : database.fileTasks.list(UUID.fromString(task), TaskStatus.PENDING, null, 0, 10_000)) {
            assertThat(database.fileTasks.claim(file.id(), file.attempt(), node))
                    .isPresent();
            database.fileTasks.finish(List.of(
                    fails.test(file)
                            ? FinishedFile.failed(file.id(), file.attempt(), TestDatabase.corrupt())
                            : FinishedFile.with(
                                    file.id(),
                                    file.attempt(),
                                    TaskStatus.COMPLETED,
                                    JsonNodeFactory.instance.objectNode().put("id", "doc-" + file.filename()))));
        }
    }

    private static List<CSVRecord> csv(String text) throws IOException {
        try (var parser = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get()
                .parse(new StringReader(text))) {
            return parser.getRecords();
        }
    }

    private static List<JsonNode> jsonl(String text) {
        return text.lines().map(JSON::readTree).toList();
    }

    private List<String> itemsOf(String task) {
        return database.jdbc
                .sql("select item from file_task where upload_task_id = :id order by id")
                .param("id", UUID.fromString(task))
                .query(String.class)
                .list();
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void saysOfEveryFileWhatBecameOfItInBothFormats() throws IOException {
        String task = manifest(
                "?processor=noop",
                "application/x-ndjson",
                "{\"path\": \"" + root + "/a,b.pdf\"}\n{\"item\": \"s3://b\", \"filename\": \"Bee\"}\n\"c\"");
        finish(task, file -> file.filename().equals("Bee"));

        Answer table = api.get("/v1/tasks/" + task + "/report");
        List<CSVRecord> rows = csv(table.text());
        assertThat(table.header("Content-Type")).isEqualTo("text/csv;header=present;charset=UTF-8");
        assertThat(table.header("Content-Disposition")).isEqualTo("attachment; filename=\"" + task + ".csv\"");
        assertThat(table.text().lines().findFirst().orElseThrow()).isEqualTo(String.join(",", Columns.NAMES));
        assertThat(rows).hasSize(3);
        assertThat(rows.get(0).toMap())
                .containsEntry("path", root + "/a,b.pdf")
                .containsEntry("item", "")
                .containsEntry("filename", "a,b.pdf")
                .containsEntry("uploaded_file_id", "")
                .containsEntry("status", "completed")
                .containsEntry("class", "2xx")
                .containsEntry("attempts", "1")
                .containsEntry("document_id", "doc-a,b.pdf")
                .containsEntry("message", "");
        assertThat(rows.get(0).get("duration_seconds")).matches("\\d+\\.\\d{3}");
        assertThat(rows.get(1).toMap())
                .containsEntry("path", "")
                .containsEntry("item", "s3://b")
                .containsEntry("filename", "Bee")
                .containsEntry("status", "failed")
                .containsEntry("class", "4xx")
                .containsEntry("error_code", "CORRUPT")
                .containsEntry("retryable", "false")
                .containsEntry("message", "The file is damaged.");

        Answer lines = api.get("/v1/tasks/" + task + "/report?format=jsonl");
        assertThat(lines.header("Content-Type")).isEqualTo("application/x-ndjson");
        List<JsonNode> objects = jsonl(lines.text());
        for (int i = 0; i < rows.size(); i++) {
            JsonNode object = objects.get(i);
            List<String> names = new ArrayList<>(Columns.NAMES);
            names.remove("guarded");
            assertThat(object.propertyNames()).containsExactlyElementsOf(names);
            for (String name : names) {
                JsonNode value = object.get(name);
                String inCsv = rows.get(i).get(name);
                if (value.isNumber()) {
                    assertThat(new BigDecimal(inCsv)).as(name).isEqualByComparingTo(value.decimalValue());
                } else {
                    assertThat(value.asString("")).as(name).isEqualTo(inCsv);
                }
            }
        }
    }

    @Test
    void theFailedFilesOfAReportMakeATaskOfExactlyThem() throws IOException {
        String task = manifest(
                "?processor=noop",
                "application/x-ndjson",
                "{\"path\": \"" + root + "/ok.pdf\"}\n{\"path\": \"" + root
                        + "/\\\"bad\\\", é.pdf\", \"filename\": \"=1+1\"}\n"
                        + "\"fine\"\n\"=cmd|' /C calc'!A0\"\n\"-bad\"\n\"'=quoted\"\n\"bad\\nline\"");
        finish(task, file -> !file.item().endsWith("ok.pdf") && !file.item().equals("fine"));
        List<String> failed = List.of(root + "/\"bad\", é.pdf", "=cmd|' /C calc'!A0", "-bad", "'=quoted", "bad\nline");

        String table = api.get("/v1/tasks/" + task + "/report?only=failed").text();
        String lines = api.get("/v1/tasks/" + task + "/report?only=failed&format=jsonl")
                .text();

        for (CSVRecord row : csv(table)) {
            assertThat(row.stream()).noneMatch(value -> value.matches("(?s)[=+@\\t\\r\\n-].*"));
        }
        assertThat(csv(table))
                .extracting(row -> row.get("guarded"))
                .containsExactly("filename", "item", "item filename", "", "");
        String again = manifest("?processor=noop", "text/csv", table);
        assertThat(itemsOf(again)).containsExactlyElementsOf(failed);
        assertThat(itemsOf(manifest("?processor=noop", "application/x-ndjson", lines)))
                .containsExactlyElementsOf(failed);
        assertThat(database.fileTasks.list(UUID.fromString(again), null, null, 0, 10))
                .extracting(FileTask::filename)
                .containsExactly("=1+1", "C calc'!A0", "-bad", "'=quoted", "bad\nline");
    }

    @Test
    void uploadedFilesOfAReportAreUsedAgainWithoutBeingSentAgain() throws IOException {
        String task = id(api.postMultipart(
                "/v1/tasks",
                new Multipart()
                        .file("a.txt", "hello")
                        .file("/etc/b.txt", "world")
                        .file("c.txt", "!")));
        finish(task, file -> !file.item().equals("c.txt"));
        String report = api.get("/v1/tasks/" + task + "/report?only=failed").text();

        String again = manifest("", "text/csv", report);
        api.bean(FileStore.class).delete(UUID.fromString(task));

        assertThat(itemsOf(again)).containsExactly("a.txt", "/etc/b.txt");
        FileStore store = api.bean(FileStore.class);
        List<String> stored = database.jdbc
                .sql("select stored_as from file_task where upload_task_id = :id order by id")
                .param("id", UUID.fromString(again))
                .query(String.class)
                .list();
        assertThat(store.path(stored.get(0))).hasContent("hello");
        assertThat(store.path(stored.get(1))).hasContent("world");
        assertThat(database.jdbc
                        .sql("select stored_bytes from upload_task where id = :id")
                        .param("id", UUID.fromString(again))
                        .query(Long.class)
                        .single())
                .isEqualTo(10);

        Answer gone = post("", "text/csv", report);
        assertThat(gone.status()).isEqualTo(400);
        assertThat(gone.json().get("detail").stringValue())
                .startsWith("Line 2 of the manifest: The bytes of the uploaded file ")
                .contains("are not kept any more", "Nothing of it was accepted.");
        assertThat(api.get("/v1/tasks").json().get("tasks")).hasSize(2);
    }

    @Test
    void theUploadsOfOthersAreNotThere() throws IOException {
        String task = id(api.postMultipart("/v1/tasks", new Multipart().file("a.txt", "secret")));
        String report = api.get("/v1/tasks/" + task + "/report?format=jsonl").text();
        database.jdbc.sql("update upload_task set user_id = 'somebody else'").update();

        Answer foreign = post("", "application/x-ndjson", report);

        assertThat(foreign.status()).isEqualTo(400);
        assertThat(foreign.json().get("detail").stringValue())
                .contains("are not kept any more, or it was not uploaded");
    }

    @Test
    void isThereInMidRunWithEveryFileOnceAndAcrossPages() throws IOException {
        LargeTask task = LargeTask.halfDone(database, "anonymous", 3 * Reports.PAGE + 1);
        String path = "/v1/tasks/" + task.id() + "/report";

        List<CSVRecord> rows = csv(api.get(path).text());

        assertThat(rows)
                .extracting(row -> Long.parseLong(row.get("file_id")))
                .isSorted()
                .doesNotHaveDuplicates()
                .hasSize(3 * Reports.PAGE + 1);
        assertThat(rows).extracting(row -> row.get("class")).contains("1xx", "2xx", "4xx");
        assertThat(rows.stream().filter(row -> row.get("status").equals("running")))
                .hasSize(LargeTask.RUNNING)
                .allMatch(row -> row.get("duration_seconds").isEmpty()
                        && row.get("attempts").equals("1"));
        assertThat(csv(api.get(path + "?only=failed").text())).hasSize(LargeTask.FAILED);
        assertThat(csv(api.get(path + "?only=running").text())).hasSize(LargeTask.RUNNING);
    }

    @Test
    void hasAChecksumInATrailerAndBesideIt() throws Exception {
        String task = manifest("?processor=noop", "application/x-ndjson", "\"a\"\n\"b\"");
        finish(task, file -> file.item().equals("b"));
        String path = "/v1/tasks/" + task + "/report";
        String report = api.get(path + "?only=failed").text();

        String beside = api.get(path + ".sha256?only=failed").text();
        String raw = raw(path + "?only=failed");

        assertThat(beside).isEqualTo(sha256(report) + "  " + task + "-failed.csv\n");
        assertThat(raw).contains("Trailer: Repr-Digest\r\n");
        String trailer = raw.substring(raw.lastIndexOf("\r\n0\r\n") + 5);
        assertThat(trailer)
                .isEqualToIgnoringCase("Repr-Digest: sha-256=:"
                        + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256(report)))
                        + ":\r\n\r\n");
    }

    private String raw(String path) throws IOException {
        try (var socket = new Socket(api.uri("").getHost(), api.uri("").getPort())) {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void hasATagOnceTheTaskHasEnded() {
        String task = manifest("?processor=noop", "application/x-ndjson", "\"a\"");
        String path = "/v1/tasks/" + task + "/report";
        assertThat(api.get(path).header("ETag")).isEmpty();
        finish(task, file -> true);

        String tag = api.get(path).header("ETag");
        assertThat(tag).startsWith("W/");
        assertThat(api.get(path + "?format=jsonl").header("ETag"))
                .startsWith("W/")
                .isNotEqualTo(tag);
        Answer unchanged = api.send(HttpRequest.newBuilder(api.uri(path)).header("If-None-Match", tag));
        assertThat(unchanged.status()).isEqualTo(304);
        assertThat(unchanged.text()).isEmpty();
        api.post("/v1/tasks/" + task + "/retry");
        assertThat(api.send(HttpRequest.newBuilder(api.uri(path)).header("If-None-Match", tag))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void isGivenInTheFormThatIsAskedFor() {
        String path = "/v1/tasks/" + manifest("?processor=noop", "application/x-ndjson", "\"a\"") + "/report";

        assertThat(accepting(path, "application/x-ndjson").header("Content-Type"))
                .isEqualTo("application/x-ndjson");
        assertThat(accepting(path, "text/csv;q=0.5, application/x-ndjson").header("Content-Type"))
                .isEqualTo("application/x-ndjson");
        assertThat(accepting(path, "text/csv, */*;q=0.1").header("Content-Type"))
                .startsWith("text/csv");
        assertThat(accepting(path + "?format=csv", "application/x-ndjson, */*").header("Content-Type"))
                .startsWith("text/csv");
        Answer neither = accepting(path, "image/png");
        assertThat(neither.status()).isEqualTo(406);
        assertThat(neither.json().get("detail").stringValue()).contains("text/csv", "application/x-ndjson");
        assertThat(api.send(HttpRequest.newBuilder(api.uri(path)).method("HEAD", BodyPublishers.noBody()))
                        .status())
                .isEqualTo(200);
    }

    private Answer accepting(String path, String types) {
        return api.send(HttpRequest.newBuilder(api.uri(path)).header("Accept", types));
    }

    @Test
    void whatMakesNoSenseOrIsNotTheCallersIsRefused() {
        String path = "/v1/tasks/" + manifest("?processor=noop", "application/x-ndjson", "\"a\"") + "/report";
        for (String wrong : List.of("?format=xlsx", "?only=bad", ".sha256?format=xlsx", ".sha256?only=")) {
            assertThat(api.get(path + wrong).status()).as(wrong).isEqualTo(400);
        }
        String foreign = database.submit("somebody else", 1).toString();
        for (String id : List.of(foreign, UUID.randomUUID().toString(), "x")) {
            assertThat(api.get("/v1/tasks/" + id + "/report").status()).as(id).isEqualTo(404);
            assertThat(api.get("/v1/tasks/" + id + "/report.sha256").status()).isEqualTo(404);
        }
    }

    @Test
    void aReportWhoseTaskIsDeletedMeanwhileIsNotAWholeOne() {
        UUID task = database.submit("anonymous", Reports.PAGE + 1);
        var deleting = new OutputStream() {
            private int written;

            @Override
            public void write(int b) {
                if (written++ == 0) {
                    delete(task);
                }
            }
        };

        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> api.bean(Reports.class).write(database.task(task), ReportFormat.CSV, null, deleting));
    }

    private void delete(UUID task) {
        database.jdbc
                .sql("delete from file_task where upload_task_id = :id")
                .param("id", task)
                .update();
        database.jdbc
                .sql("delete from upload_task where id = :id")
                .param("id", task)
                .update();
    }

    @Test
    void aReportThatCannotBeFinishedEndsWithABrokenConnection() throws IOException {
        UUID task = database.submit("anonymous", 10 * Reports.PAGE);
        database.jdbc
                .sql("update file_task set filename = repeat('x', 2000) where upload_task_id = :id")
                .param("id", task)
                .update();
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(1 << 14); // so that the server soon waits for this client
            socket.connect(
                    new InetSocketAddress(api.uri("").getHost(), api.uri("").getPort()));
            socket.getOutputStream()
                    .write(("GET /v1/tasks/" + task + "/report HTTP/1.1\r\nHost: x\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String begin = new String(in.readNBytes(2000), StandardCharsets.US_ASCII);
            delete(task);
            String rest = rest(in);

            assertThat(begin).startsWith("HTTP/1.1 200");
            assertThat(rest).doesNotContain("/problems/", "sha-256=").doesNotEndWith("0\r\n\r\n");
        }
    }

    /** What comes until the server ends or resets the connection. */
    private static String rest(InputStream in) {
        var bytes = new ByteArrayOutputStream();
        try {
            long ignored = in.transferTo(bytes);
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("reset");
        }
        return bytes.toString(StandardCharsets.US_ASCII);
    }
}
