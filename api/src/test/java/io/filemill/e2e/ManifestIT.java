package io.filemill.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Manifests that would not fit into the heap of the server, which is small, if it kept what it reads. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManifestIT {
    private static final int LINES = 100_000;
    private static final String FILLER = "x".repeat(1900);

    private final HttpClient http = HttpClient.newHttpClient();
    private TestDatabase database;
    private Path folder;
    private Path root;
    private Program server;
    private String address;

    @BeforeAll
    void start(TestDatabase database, @TempDir Path temporary) throws IOException {
        this.database = database;
        folder = temporary.toRealPath();
        root = Files.createDirectory(folder.resolve("root"));
        server = Program.filemill(
                folder,
                Map.of(
                        "FILEMILL_DB_URL", database.url,
                        "FILEMILL_DATA_DIR", folder.resolve("data").toString(),
                        "FILEMILL_INGEST_ROOTS", root.toString()),
                "serve",
                "--no-worker",
                "--port",
                "0");
        address = server.awaitServer().address();
    }

    @AfterAll
    void stop() throws InterruptedException {
        server.close();
    }

    private String path(int line) {
        return root + "/" + line % 50 + "/" + line + ".pdf";
    }

    private static String filename(int line) {
        return "File " + line + " " + FILLER;
    }

    /** Files of this server, the first of which comes again at the end. */
    private Path manifest(String name, String last) throws IOException {
        Path manifest = folder.resolve(name);
        boolean csv = name.endsWith(".csv");
        try (BufferedWriter out = Files.newBufferedWriter(manifest)) {
            out.write(csv ? "path,filename\n" : "");
            for (int line = 0; line < LINES; line++) {
                out.write(
                        csv
                                ? path(line) + "," + filename(line) + "\n"
                                : "{\"path\": \"" + path(line) + "\", \"filename\": \"" + filename(line) + "\"}\n");
            }
            out.write(csv ? path(0) + ",again\n" : "{\"path\": \"" + path(0) + "\"}\n");
            out.write(last);
        }
        return manifest;
    }

    private HttpResponse<String> send(Path manifest, String contentType, String key) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(address + "/v1/tasks"))
                        .header("Content-Type", contentType)
                        .header("Idempotency-Key", key)
                        .POST(BodyPublishers.ofFile(manifest))
                        .build(),
                BodyHandlers.ofString());
    }

    private void assertAllOfItStands(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        JsonNode accepted = JsonMapper.shared().readTree(answer.body());
        assertThat(accepted.path("total_files").asInt()).isEqualTo(LINES);
        assertThat(accepted.path("duplicates_ignored").asInt()).isEqualTo(1);
        var row = database.jdbc
                .sql("""
                        select count(*) as files, bool_or(attempt > 0) as begun, bool_and(in_order) as in_order
                        from (select *, split_part(filename, ' ', 2)::bigint = row_number() over (order by id) - 1 as in_order
                              from file_task where upload_task_id = :id) f
                        """)
                .param("id", UUID.fromString(accepted.path("task_id").asString()))
                .query()
                .singleRow();
        assertThat(row).containsEntry("files", (long) LINES);
        assertThat(row).containsEntry("begun", true);
        assertThat(row).containsEntry("in_order", true);
    }

    @Test
    void aManifestOfJsonLinesIsAcceptedOnce() throws Exception {
        Path manifest = manifest("files.ndjson", "");

        HttpResponse<String> answer = send(manifest, "application/x-ndjson", "json-lines");

        assertAllOfItStands(answer);
        HttpResponse<String> again = send(manifest, "application/x-ndjson", "json-lines");
        assertThat(again.headers().firstValue("Idempotency-Replayed")).contains("true");
        assertThat(again.body()).isEqualTo(answer.body());
        Files.writeString(manifest, "\n", java.nio.file.StandardOpenOption.APPEND);
        assertThat(send(manifest, "application/x-ndjson", "json-lines").statusCode())
                .isEqualTo(422);
    }

    @Test
    void aManifestOfCsvIsAccepted() throws Exception {
        assertAllOfItStands(send(manifest("files.csv", ""), "text/csv", "csv"));
    }

    @Test
    void nothingStaysOfAManifestWhoseLastLineIsBad() throws Exception {
        HttpResponse<String> answer = send(manifest("bad.ndjson", "{\"path\": 7}\n"), "application/x-ndjson", "bad");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JsonMapper.shared().readTree(answer.body()).path("line").asInt())
                .isEqualTo(LINES + 2);
        assertThat(database.jdbc
                        .sql("select count(*) from upload_task")
                        .query(Integer.class)
                        .single())
                .isZero();
        try (Stream<Path> files = Files.walk(folder.resolve("data/files"))) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }
}
