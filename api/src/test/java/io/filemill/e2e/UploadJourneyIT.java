package io.filemill.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The embedded default, as a person meets it first. */
class UploadJourneyIT {
    private static final Path SAMPLES = Path.of("../samples").toAbsolutePath().normalize();

    @TempDir
    Path dataDir;

    private Map<String, String> environment() {
        return Map.of("FILEMILL_DATA_DIR", dataDir.resolve("data").toString(), "MAX_WORKERS", "2");
    }

    private static List<Path> samples() throws IOException {
        try (Stream<Path> files = Files.list(SAMPLES)) {
            return files.sorted().toList();
        }
    }

    @Test
    void keepsWhatItAcceptedWhenTheProcessIsKilled() throws Exception {
        List<Path> samples = samples();
        String task;
        try (Program server = Program.filemill(dataDir, environment(), "serve", "--port", "0")) {
            task = server.awaitServer().upload(samples);
            server.kill();
        }

        try (Program server = Program.filemill(dataDir, environment(), "serve", "--port", "0")) {
            Client client = server.awaitServer();
            JsonNode ended = client.awaitEnd(task, Duration.ofSeconds(120));

            assertThat(ended.path("outcome").asString())
                    .as(() -> client.get("/v1/tasks/" + task + "/files").toString())
                    .isEqualTo("success");
            assertThat(ended.path("processed_files").asInt()).isEqualTo(samples.size());
            JsonNode hits = client.get("/v1/search?q=orange+sofa").path("hits");
            assertThat(hits.findValuesAsString("filename")).contains("furniture-inventory.csv");
            JsonNode inPdf = client.get("/v1/search?q=pipistrelle").path("hits");
            assertThat(inPdf).anySatisfy(hit -> {
                assertThat(hit.path("filename").asString()).isEqualTo("renovation-plan.pdf");
                assertThat(hit.path("page").asInt()).isBetween(1, 3);
                assertThat(hit.path("snippet").asString()).containsIgnoringCase("pipistrelle");
            });

            String again = client.upload(samples);
            JsonNode unchanged = client.awaitEnd(again, Duration.ofSeconds(60));
            assertThat(unchanged.path("skipped_files").asInt()).isEqualTo(samples.size());
            assertThat(unchanged.path("outcome").asString()).isEqualTo("success");
        }
    }

    @Test
    void receivesAFileThatIsLargerThanItsHeap() throws Exception {
        long bytes = Program.HEAP_BYTES * 5 / 4;
        try (Program server = Program.filemill(dataDir, environment(), "serve", "--port", "0")) {
            Client client = server.awaitServer();

            String task = client.uploadZeros("zeros.bin", bytes).path("task_id").asString();

            assertThat(client.awaitEnd(task, Duration.ofSeconds(60))
                            .path("outcome")
                            .asString())
                    .isEqualTo("success");
            JsonNode file =
                    client.get("/v1/tasks/" + task + "/files").path("files").path(0);
            assertThat(file.path("size_bytes").asLong()).isEqualTo(bytes);
        }
    }

    @Test
    void ingestsAFolderByOneCommandAndTellsWhatFailed() throws Exception {
        Path folder = Files.createDirectories(dataDir.resolve("in"));
        Files.writeString(folder.resolve("good.txt"), "The quick brown fox.");
        Files.writeString(folder.resolve("broken.pdf"), "%PDF-1.7 and then nothing of the kind");

        try (Program ingest = Program.filemill(dataDir, environment(), "ingest", folder.toString())) {
            assertThat(ingest.awaitExit(Duration.ofSeconds(120))).isEqualTo(1);
            assertThat(ingest.output())
                    .contains("broken.pdf")
                    .contains("successful")
                    .doesNotContain("Exception")
                    .doesNotContain("\tat ");
        }
        try (Program search = Program.filemill(dataDir, environment(), "search", "brown fox")) {
            assertThat(search.awaitExit(Duration.ofSeconds(120))).isZero();
            assertThat(search.output()).contains("good.txt");
        }
        try (Program wrong = Program.filemill(
                dataDir, environment(), "ingest", folder.resolve("missing").toString())) {
            assertThat(wrong.awaitExit(Duration.ofSeconds(60))).isEqualTo(2);
            assertThat(wrong.output()).contains("missing");
        }
    }
}
