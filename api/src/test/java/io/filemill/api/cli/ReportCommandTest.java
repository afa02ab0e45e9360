package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reports whose checksum a proxy took away, which is how the fake server behaves. */
final class ReportCommandTest {
    private static final String REPORT = "path,item\r\n/a,\r\n";
    private static final String SHA256 = "3e0b8f5f6ab9ee0ee2b49ea39f8fb3fb5e4b4d8c6e0a21ff1d2d8f61e9a2a1f3";

    @TempDir
    private Path folder;

    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
        server.on("GET /v1/tasks/t-1", 200, Tasks.finished(1, 0, 2))
                .on("GET /v1/tasks/t-1/report?format=csv", 200, REPORT)
                .on("GET /v1/tasks/t-1/report?format=jsonl&only=failed", 200, REPORT);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String sha256() throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(REPORT.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void isVerifiedByTheChecksumBesideIt() throws Exception {
        server.on("GET /v1/tasks/t-1/report.sha256?format=csv", 200, sha256() + "  t-1.csv\n");
        Path file = folder.resolve("out.csv");

        Cli.Result result = new Cli().talkingTo(server).run("report", "t-1", "-o", file.toString());

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo("Wrote " + file + ", sha256 " + sha256() + "\n");
        assertThat(Files.readString(file)).isEqualTo(REPORT);
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void thatIsNotAsItWasSentLeavesNoFile() {
        server.on("GET /v1/tasks/t-1/report.sha256?format=csv", 200, SHA256 + "  t-1.csv\n");
        Path file = folder.resolve("out.csv");

        Cli.Result result = new Cli().talkingTo(server).run("report", "t-1", "-o", file.toString());

        assertThat(result.exitCode()).isEqualTo(4);
        assertThat(result.err())
                .startsWith("The report is not as the server sent it")
                .contains(SHA256);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void goesToTheStandardOutputAsItIs() throws Exception {
        server.on("GET /v1/tasks/t-1/report.sha256?format=csv", 200, sha256() + "  t-1.csv\n");

        assertThat(new Cli().talkingTo(server).run("report", "t-1").out()).isEqualTo(REPORT);
    }

    @Test
    void inMidRunWithoutAChecksumSaysThatItIsNotVerified() {
        server.replace("GET /v1/tasks/t-1", 200, Tasks.running(1, 0, 0, 2));
        Path file = folder.resolve("bad.jsonl");

        Cli.Result result =
                new Cli().talkingTo(server).run("report", "t-1", "--failed", "--json", "-o", file.toString());

        assertThat(result.exitCode()).isZero();
        JsonNode written = JsonMapper.shared().readTree(result.out());
        assertThat(written.get("file").stringValue()).isEqualTo(file.toString());
        assertThat(written.get("verified").booleanValue()).isFalse();
        assertThat(result.err()).contains("is not verified");
    }

    @Test
    void saysThatThereIsNoSuchTaskOrFolder() {
        assertThat(new Cli().talkingTo(server).run("report", "t-2").exitCode()).isEqualTo(5);
        Cli.Result result = new Cli()
                .talkingTo(server)
                .run("report", "t-1", "-o", folder.resolve("none/out.csv").toString());
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).startsWith("Cannot write " + folder).doesNotContain("Exception");
    }
}
