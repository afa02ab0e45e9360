package io.filemill.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.api.RawConnection.RawAnswer;
import io.filemill.api.RunningApi.Answer;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are not as they should be: each is refused with a reason, and nothing of it stays. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String TASKS = "POST /v1/tasks HTTP/1.1\r\nHost: a\r\n";

    private RunningApi api;
    private TestDatabase database;
    private Path folder;
    private Path root;

    @BeforeAll
    void start(TestDatabase database, @TempDir Path folder) throws IOException {
        this.database = database;
        this.folder = folder.toRealPath();
        root = Files.createDirectory(this.folder.resolve("root"));
        api = RunningApi.start(Map.of(
                "filemill.db.url",
                database.url,
                "filemill.db.data-dir",
                folder,
                "filemill.ingest-roots",
                root,
                "filemill.upload.max-size",
                "1MB",
                "server.tomcat.connection-timeout",
                "1s"));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @AfterEach
    void nothingIsStored() throws IOException {
        List<Path> stored = storedFiles();
        for (Path file : stored) {
            Files.delete(file);
        }
        assertThat(stored).isEmpty();
        assertThat(database.jdbc
                        .sql("select count(*) from file_task where stored_as is not null")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    private List<Path> storedFiles() throws IOException {
        if (!Files.exists(folder.resolve("files"))) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder.resolve("files"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private RawAnswer raw(String request) throws IOException {
        try (var connection = new RawConnection(api.uri("/"))) {
            return connection.send(request).answer(PATIENCE).orElseThrow();
        }
    }

    private RawAnswer rawCutOff(String request) throws IOException {
        try (var connection = new RawConnection(api.uri("/"))) {
            return connection.send(request).end().answer(PATIENCE).orElseThrow();
        }
    }

    private static void assertProblem(RawAnswer answer, int status, String type) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().get("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.json().get("type").stringValue()).isEqualTo("/problems/" + type);
        assertThat(answer.json().get("status").intValue()).isEqualTo(status);
        assertThat(answer.json().get("detail").stringValue()).isNotBlank();
    }

    private static void assertProblem(Answer answer, int status, String type, String detail) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().get("type").stringValue()).isEqualTo("/problems/" + type);
        assertThat(answer.json().get("detail").stringValue()).contains(detail);
    }

    private Answer submit(String json) {
        Answer answer = api.postJson("/v1/tasks", json);
        assertThat(database.jdbc
                        .sql("select count(*) from upload_task")
                        .query(Integer.class)
                        .single())
                .as(json.substring(0, Math.min(200, json.length())))
                .isZero();
        return answer;
    }

    private Answer submitPath(String json) {
        return submit("{\"paths\": [\"" + json + "\"]}");
    }

    @Test
    void pathsThatCannotBeOneAreRefused() {
        for (String path : List.of("", ".", "..", "C:\\\\Windows", "~/x", "file:///etc/passwd", " /etc", "\\r\\n")) {
            assertProblem(submitPath(path), 400, "invalid-request", "is not absolute");
        }
        for (String path : List.of("/a\\u0000b", "/\\ud800", "/\\udc00\\ud800")) {
            assertProblem(submitPath(path), 400, "invalid-request", "A path is not valid");
        }
        assertProblem(submitPath("/x".repeat(3000)), 400, "invalid-request", "longer than 4096");
        assertProblem(submitPath(root + "/[!a-"), 400, "invalid-request", "glob");
        assertProblem(submitPath(root + "/*a*a*a*a*a"), 400, "invalid-request", "asterisks");
    }

    @Test
    void pathsThatLeadOutOfTheRootsAreRefused() throws IOException {
        Path link = Files.createSymbolicLink(root.resolve("link"), Path.of("/etc"));
        for (String path : List.of(
                root + "/../../../../etc/passwd",
                root + "/./../" + "x",
                "//etc//passwd",
                "/etc/./passwd",
                "/proc/self/environ",
                link + "/passwd",
                link + "/*",
                link + "/nothing")) {
            Answer answer = submitPath(path);
            assertProblem(answer, 403, "path-not-allowed", "FILEMILL_INGEST_ROOTS");
            assertThat(answer.text()).doesNotContain("root:");
        }
        Files.delete(link);
    }

    @Test
    void namesThatAreNotThereAreToldWithTheirReason() {
        for (String name :
                List.of("nothing", "..a", "...", "   ", "\\u202Egpj.exe", "e\\u0301", "x".repeat(255), "a\\nb")) {
            assertProblem(submitPath(root + "/" + name), 400, "no-files", "no file");
        }
        assertProblem(submitPath(root + "/" + "x".repeat(256)), 400, "no-files", "no file");
    }

    @Test
    void unusualNamesThatAreThereAreAccepted() throws IOException {
        List<String> names = List.of(
                "\u00E9",
                "e\u0301",
                "\u202Egpj.exe",
                "\uD83D\uDE00",
                "a\nb",
                "   ",
                "a b",
                "-rf",
                "'\"",
                "x".repeat(255));
        Path odd = Files.createDirectory(root.resolve("odd"));
        for (String name : names) {
            Files.createFile(odd.resolve(name));
        }
        Answer answer = api.postJson("/v1/tasks", "{\"path\": \"" + odd + "\"}");
        assertThat(answer.json().get("total_files").intValue()).isEqualTo(names.size());
        assertThat(api.get("/v1/tasks/" + answer.json().get("task_id").stringValue() + "/files")
                        .json()
                        .get("files")
                        .valueStream()
                        .map(file -> file.get("filename").stringValue()))
                .containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    void itemsThatCannotBeStoredAsTheyAreAreRefused() {
        for (String item : List.of("", "\\u0000", "\\ud800", "a\\udc00", "x".repeat(2049))) {
            assertProblem(
                    submit("{\"processor\": \"noop\", \"items\": [\"" + item + "\"]}"),
                    400,
                    "invalid-request",
                    "1 to 2048");
        }
        assertProblem(
                submit("{\"processor\": \"\\ud800\", \"items\": [\"a\"]}"), 400, "unknown-processor", "processor ?");
    }

    @Test
    void settingsThatCouldNotBeStoredOrShownAreRefused() {
        Map<String, String> reasons = Map.of(
                "{\"a\": 1e400}",
                "too large",
                "{\"a\": \"\\ud800\"}",
                "",
                "{\"\\udc00\": 1}",
                "",
                "{\"a\": [{\"b\\u0000\": 1}]}",
                "U+0000",
                "{\"a\": " + "[".repeat(480) + "]".repeat(480) + "}",
                "levels",
                "[1]",
                "JSON object",
                "\"a\"",
                "JSON object");
        reasons.forEach((settings, reason) -> assertProblem(
                submit("{\"processor\": \"noop\", \"items\": [\"a\"], \"settings\": " + settings + "}"),
                400,
                "invalid-request",
                reason));
        assertProblem(
                submit("{\"processor\": \"noop\", \"items\": [\"a\"], \"settings\": {\"a\": \"" + "x".repeat(70_000)
                        + "\"}}"),
                413,
                "too-large",
                "settings");
    }

    @Test
    void jsonThatIsNotAsItShouldBeIsRefused() {
        String deep = "[".repeat(100_000);
        Map<String, String> reasons = Map.ofEntries(
                Map.entry("", "missing"),
                Map.entry("{", "line 1"),
                Map.entry("{\"paths\": [\"/a\"]} x", "line 1"),
                Map.entry("{'path': '/a'}", "line 1"),
                Map.entry("{\"path\": NaN}", "line 1"),
                Map.entry("[]", ""),
                Map.entry("null", ""),
                Map.entry("\"a\"", ""),
                Map.entry("{\"paths\": \"/a\"}", "paths has the wrong type"),
                Map.entry("{\"paths\": [{}]}", "paths[0] has the wrong type"),
                Map.entry("{\"path\": \"/a\", \"priority\": 5.7}", "priority has the wrong type"),
                Map.entry("{\"path\": \"/a\", \"priority\": 99999999999}", ""),
                Map.entry(
                        "{\"path\": \"/a\", \"replace_duplicates\": \"perhaps\"}",
                        "replace_duplicates has the wrong type"),
                Map.entry("{\"path\": \"/a\", \"path\": \"/b\"}", "twice"),
                Map.entry("{\"processor\": \"noop\", \"items\": [\"a\"], \"settings\": {\"a\": 1, \"a\": 2}}", "twice"),
                Map.entry(deep, ""),
                Map.entry("{\"settings\": " + deep, "limit"),
                Map.entry("{\"other\": " + deep, "limit"),
                Map.entry("{\"settings\": {\"a\": " + "1".repeat(1001) + "}}", "limit"));
        reasons.forEach((json, reason) -> assertProblem(submit(json), 400, "invalid-request", reason));
    }

    @Test
    void jsonWithMillionsOfValuesIsRefusedBeforeItFillsTheMemory() {
        String many = "{\"processor\": \"noop\", \"items\": [" + "\"\",".repeat(2_100_000) + "\"\"]}";
        assertProblem(submit(many), 400, "invalid-request", "two million");
    }

    @Test
    void bodiesOfOtherTypesAreRefused() {
        for (String type :
                List.of("text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense", ";")) {
            Answer answer = api.send(HttpRequest.newBuilder(api.uri("/v1/tasks"))
                    .header("Content-Type", type)
                    .POST(BodyPublishers.ofString("{\"path\": \"/a\"}")));
            assertProblem(answer, 415, "unsupported-media-type", "Supported: ");
        }
        Answer compressed = api.send(HttpRequest.newBuilder(api.uri("/v1/tasks"))
                .header("Content-Type", "application/json")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(new byte[] {31, -117, 8})));
        assertProblem(compressed, 415, "unsupported-media-type", "Content-Encoding gzip");
    }

    @Test
    void anAnswerThatTheClientDoesNotTakeIsRefusedBeforeAnythingIsDone() {
        for (String accept : List.of("text/html", "application/json;q=0", "nonsense")) {
            Answer answer = api.send(HttpRequest.newBuilder(api.uri("/v1/tasks"))
                    .header("Content-Type", "application/json")
                    .header("Accept", accept)
                    .POST(BodyPublishers.ofString("{\"processor\": \"noop\", \"items\": [\"a\"]}")));
            assertProblem(answer, 406, "not-acceptable", "Accept");
        }
        assertThat(database.jdbc
                        .sql("select count(*) from upload_task")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void multipartBodiesThatAreNotAsTheyShouldBeAreRefused() {
        for (String disposition : List.of(
                "form-data; name=\"file\"",
                "form-data; name=\"file\"; filename=\"\"",
                "form-data; name=\"file\"; filename=\"  \"",
                "form-data; name=\"file\"; filename=\"a\u0007b\"",
                "form-data; name=\"file\"; filename=\"" + "x".repeat(4096) + "\"",
                "form-data; name=\"other\"; filename=\"a\"")) {
            assertProblem(
                    api.postMultipart(
                            "/v1/tasks", new Multipart().file("a", "a").part(disposition, "b")),
                    400,
                    "invalid-request",
                    "");
        }
        Map<String, String> problems =
                Map.of("multipart/form-data", "invalid-request", "multipart/form-data; boundary=other", "no-files");
        problems.forEach((type, problem) -> {
            Answer answer = api.send(HttpRequest.newBuilder(api.uri("/v1/tasks"))
                    .header("Content-Type", type)
                    .POST(BodyPublishers.ofByteArray(
                            new Multipart().file("a", "a").bytes())));
            assertProblem(answer, 400, problem, "");
        });
    }

    @Test
    void unusualFileNamesOfAnUploadAreKeptAsTheyAre() throws IOException {
        Map<String, String> names = Map.of(
                "filename=\"C:\\\\a\\\\b.txt\"", "b.txt",
                "filename=\"../../etc/passwd\"", "passwd",
                "filename=\"a\\\"b\"", "a\"b",
                "filename=\"=?UTF-8?B?w6k=?=\"", "é",
                "filename*=UTF-8''%e2%82%ac", "€",
                "filename=\"...\"", "...");
        names.forEach((parameter, name) -> {
            Answer answer = api.postMultipart(
                    "/v1/tasks",
                    new Multipart()
                            .part("form-data; name=\"file\"; " + parameter, "content")
                            .field("processor", "noop"));
            assertThat(answer.status()).as(parameter + answer.text()).isEqualTo(201);
            assertThat(api.get("/v1/tasks/" + answer.json().get("task_id").stringValue() + "/files")
                            .json()
                            .at("/files/0/filename")
                            .stringValue())
                    .as(parameter)
                    .isEqualTo(name);
        });
        database.empty();
        for (Path file : storedFiles()) {
            Files.delete(file);
        }
    }

    @Test
    void anUploadBeyondTheLimitsIsRefused() {
        assertProblem(
                api.postMultipart("/v1/tasks", new Multipart().file("a", "a").file("b", "x".repeat(1 << 20))),
                413,
                "too-large",
                "max-size");
        var fields = new Multipart().file("a", "a");
        for (int i = 0; i < 1000; i++) {
            fields.field("x" + i, "");
        }
        assertProblem(api.postMultipart("/v1/tasks", fields), 413, "too-large", "100 text fields");
    }

    @Test
    void aBodyThatEndsEarlyIsRefused() throws IOException {
        String multipart =
                new String(new Multipart().file("a", "a").file("b", "b").bytes(), StandardCharsets.UTF_8);
        String head = TASKS + "Content-Type: " + new Multipart().contentType() + "\r\n";
        for (int cut : List.of(1, 3, 20, 60, multipart.length() - 1)) {
            String part = multipart.substring(0, multipart.length() - cut);
            assertProblem(
                    rawCutOff(head + "Content-Length: " + multipart.length() + "\r\n\r\n" + part),
                    400,
                    "invalid-request");
            assertProblem(
                    rawCutOff(head + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(multipart.length())
                            + "\r\n" + part),
                    400,
                    "invalid-request");
        }
        for (String type : List.of("application/x-ndjson", "text/csv")) {
            String manifest = "POST /v1/tasks?processor=noop HTTP/1.1\r\nHost: a\r\nContent-Type: " + type + "\r\n";
            String body = type.equals("text/csv") ? "item\na\n" : "\"a\"\n\"b\"\n";
            assertProblem(rawCutOff(manifest + "Content-Length: 50\r\n\r\n" + body), 400, "invalid-request");
            assertProblem(
                    rawCutOff(manifest + "Transfer-Encoding: chunked\r\n\r\n" + body.length() + "\r\n" + body + "\r\n"),
                    400,
                    "invalid-request");
        }
        String json = TASKS + "Content-Type: application/json\r\n";
        assertProblem(rawCutOff(json + "Content-Length: 50\r\n\r\n{\"paths\": ["), 400, "invalid-request");
        assertProblem(rawCutOff(json + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"pat"), 400, "invalid-request");
        assertProblem(
                rawCutOff(json + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{\"path\": \"/a\"}"), 400, "invalid-request");
    }

    @Test
    void aBodyThatStopsComingIsGivenUp() throws IOException {
        assertProblem(
                raw(TASKS + "Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{\"paths\": ["),
                408,
                "too-slow");
        assertProblem(
                raw(TASKS + "Content-Type: " + new Multipart().contentType() + "\r\nContent-Length: 5000\r\n\r\n"
                        + new String(new Multipart().file("a", "a").bytes(), StandardCharsets.UTF_8).substring(0, 90)),
                408,
                "too-slow");
    }

    @Test
    void aRequestThatNeverComesIsGivenUp() throws IOException {
        for (String start : List.of("", "GET /v1", "GET /v1 HTTP/1.1\r\nHost: a\r\nX-A: ")) {
            try (var connection = new RawConnection(api.uri("/"))) {
                Optional<RawAnswer> answer = connection.send(start).answer(PATIENCE);
                answer.ifPresent(given -> assertThat(given.status()).isBetween(400, 499));
            }
        }
    }

    @Test
    void requestsThatAreNotHttpAreRefused() throws IOException {
        for (String request : List.of(
                "GET /v1/tasks/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /v1/tasks/%2F HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /v1/tasks/a%5Cb HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /v1/tasks/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /v1/\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /v1/tasks HTTP/1.1\r\n\r\n",
                "GET /v1/tasks HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /v1/tasks HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
                "GET /v1/tasks HTTP/1.1\r\nHost: a\r\nX-Long: " + "x".repeat(20_000) + "\r\n\r\n",
                "GET /v1/tasks?limit=%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /v1/tasks?=a HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /../v1 HTTP/1.1\r\nHost: a\r\n\r\n",
                "nonsense\r\n\r\n")) {
            assertProblem(raw(request), 400, "invalid-request");
        }
        assertProblem(raw("GET /v1 HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n\r\n"), 417, "invalid-request");
        assertProblem(raw("TRACE /v1 HTTP/1.1\r\nHost: a\r\n\r\n"), 405, "method-not-allowed");
        assertProblem(raw("FOO /v1 HTTP/1.1\r\nHost: a\r\n\r\n"), 405, "method-not-allowed");
        assertThat(raw("GET /tasks/%2F HTTP/1.1\r\nHost: a\r\n\r\n").body()).startsWith("{\"error\":\"");
    }

    @Test
    void whatIsNotThereOrNotPossibleIsAProblem() throws IOException {
        for (String path : List.of("/error", "/v1/", "/v1/tasks/", "/v1/tasks//files", "/v1/x/y/z", "/.env")) {
            assertProblem(raw("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"), 404, "not-found");
        }
        for (String method : List.of("PUT", "PATCH")) {
            RawAnswer answer = raw(
                    method
                            + " /v1/tasks HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\n%zz");
            assertProblem(answer, 405, "method-not-allowed");
            assertThat(answer.headers().get("allow")).contains("GET").contains("POST");
        }
        assertThat(raw("OPTIONS /v1/tasks HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n")
                        .headers()
                        .get("allow"))
                .contains("GET", "HEAD", "POST", "OPTIONS");
    }

    @Test
    void headIsAnsweredWithoutABody() throws IOException {
        Map<String, Integer> statuses = Map.of(
                "/v1/tasks",
                200,
                "/v1/tasks/x",
                404,
                "/v1/tasks/%2F",
                400,
                "/v1/tasks?limit=%zz",
                400,
                "/v1/nothing",
                404);
        for (var expected : statuses.entrySet()) {
            try (var connection = new RawConnection(api.uri("/"))) {
                RawAnswer answer = connection
                        .send("HEAD " + expected.getKey() + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                        .answer(PATIENCE)
                        .orElseThrow();
                assertThat(answer.status()).as(expected.getKey()).isEqualTo(expected.getValue());
                assertThat(answer.body()).as(expected.getKey()).isEmpty();
            }
        }
    }

    @Test
    void cursorsThatNoListGaveAreRefused() {
        String task = database.submit("anonymous", 3).toString();
        String files = "/v1/tasks/" + task + "/files?cursor=";
        for (String text : List.of(
                "",
                "x",
                "+1000000000-01-01T00:00:00Z " + UUID.randomUUID(),
                "-1000000000-01-01T00:00:00Z " + UUID.randomUUID(),
                "2026-01-01T00:00:00Z x",
                "99999999999999999999")) {
            String cursor = java.util.Base64.getUrlEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
            assertProblem(api.get("/v1/tasks?cursor=" + cursor), 400, "invalid-request", "cursor");
            assertProblem(api.get(files + cursor), 400, "invalid-request", "cursor");
        }
    }
}
