package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.api.cli.FakeServer.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class IngestCommandTest {
    @TempDir
    private Path folder;

    private FakeServer server;
    private Path docs;

    @BeforeEach
    void prepare() throws IOException {
        server = new FakeServer();
        docs = folder.resolve("docs");
        Files.createDirectories(docs.resolve("sub"));
        Files.writeString(docs.resolve("b.txt"), "bee");
        Files.writeString(docs.resolve("sub/a.txt"), "ay");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Nested
    final class OnARunningServer {
        @Test
        void uploadsEveryFileAndSucceeds() {
            server.on("POST /v1/tasks", 201, Tasks.accepted(2)).on("GET /v1/tasks/t-1", 200, Tasks.finished(0, 1, 2));

            Cli.Result result = new Cli().talkingTo(server).run("ingest", docs.toString());

            assertThat(result.exitCode()).isZero();
            assertThat(result.out())
                    .contains("Task t-1 is finished: 2 files in ")
                    .containsPattern("successful +1\n")
                    .containsPattern("skipped +1\n")
                    .contains("./filemill search")
                    .contains("curl '" + server.address() + "/v1/search?q=words'")
                    .doesNotContain("Failed files");
        }

        @Test
        void sendsNamesRelativeToTheParentOfTheArgument() {
            server.on("POST /v1/tasks", 201, Tasks.accepted(2));

            new Cli().talkingTo(server).run("ingest", "--detach", docs.toString());

            assertThat(server.parts())
                    .containsExactly(new Part("file", "docs/b.txt", "bee"), new Part("file", "docs/sub/a.txt", "ay"));
        }

        @Test
        void sendsProcessorAndSettingsAsFields() {
            server.on("POST /v1/tasks", 201, Tasks.accepted(1));
            String settings = "{\"delay_ms\": 10}";

            new Cli()
                    .talkingTo(server)
                    .run(
                            "ingest",
                            "--processor=noop",
                            "--settings",
                            settings,
                            "--detach",
                            docs.resolve("b.txt").toString());

            assertThat(server.parts())
                    .containsExactly(
                            new Part("processor", "", "noop"),
                            new Part("settings", "", "{\"delay_ms\":10}"),
                            new Part("file", "b.txt", "bee"));
        }

        @Test
        void listsTheFailedFilesAndExitsWithOne() {
            String[] files = IntStream.range(0, 20)
                    .mapToObj(i -> Tasks.failedFile("docs/" + i + ".pdf", "The document is encrypted."))
                    .toArray(String[]::new);
            server.on("POST /v1/tasks", 201, Tasks.accepted(30))
                    .on("GET /v1/tasks/t-1", 200, Tasks.finished(23, 0, 30))
                    .on("GET /v1/tasks/t-1/files?status=failed&limit=20", 200, Tasks.files(files));

            Cli.Result result = new Cli().talkingTo(server).run("ingest", docs.toString());

            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.out())
                    .contains("  docs/19.pdf: The document is encrypted. (ENCRYPTED)\n")
                    .contains("  … and 3 more: ./filemill status t-1 --failed\n");
        }

        @Test
        void exitsWithThreeWhenTheTaskIsCancelled() {
            server.on("POST /v1/tasks", 201, Tasks.accepted(2)).on("GET /v1/tasks/t-1", 200, Tasks.cancelled(1, 2));

            Cli.Result result = new Cli().talkingTo(server).run("ingest", docs.toString());

            assertThat(result.exitCode()).isEqualTo(3);
            assertThat(result.out())
                    .contains("Task t-1 was cancelled")
                    .contains("What did not run: ./filemill status t-1 --failed");
        }

        @Test
        void detachedItPrintsTheTaskOnly() {
            server.on("POST /v1/tasks", 201, Tasks.accepted(2));

            Cli.Result result = new Cli().talkingTo(server).run("ingest", "--detach", docs.toString());

            assertThat(result.exitCode()).isZero();
            assertThat(result.out()).isEqualTo("t-1\n");
            assertThat(server.requests()).containsExactly("GET /v1", "POST /v1/tasks");
        }

        @Test
        void writesALineEveryFiveSecondsWhenNobodyLooks() {
            server.on("POST /v1/tasks", 201, Tasks.accepted(100));
            IntStream.rangeClosed(0, 39).forEach(i -> server.on("GET /v1/tasks/t-1", 200, Tasks.running(i, 1, 0, 100)));
            server.on("GET /v1/tasks/t-1", 200, Tasks.finished(1, 0, 100))
                    .on("GET /v1/tasks/t-1/files?status=failed&limit=20", 200, Tasks.files());

            Cli.Result result = new Cli().talkingTo(server).run("ingest", docs.toString());

            assertThat(result.err().lines().filter(line -> line.startsWith("Processing")))
                    .containsExactly(
                            "Processing: 20/100 files, 1 failed, 4.0 files/s, about 20 s left",
                            "Processing: 100/100 files, 1 failed, 10.0 files/s");
        }

        @Test
        void drawsABarOnATerminal() {
            server.on("POST /v1/tasks", 201, Tasks.accepted(2)).on("GET /v1/tasks/t-1", 200, Tasks.finished(0, 1, 2));

            Cli.Result result = new Cli().talkingTo(server).onTerminal().run("ingest", docs.toString());

            assertThat(result.err())
                    .contains("\rProcessing 100% |")
                    .contains("2/2")
                    .contains("1 skipped");
        }

        @Test
        void showsTheServersProblemAndExitsWithTwo() {
            server.on("POST /v1/tasks", 400, Tasks.problem(400, "Bad request", "There is no processor nope."));

            Cli.Result result = new Cli().talkingTo(server).run("ingest", "--processor", "nope", docs.toString());

            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err())
                    .contains("Bad request: There is no processor nope.")
                    .doesNotContain("Exception");
        }

        @Test
        void givesUpOnAServerThatIsGone() {
            server.on("POST /v1/tasks", 201, Tasks.accepted(2)).on("GET /v1/tasks/t-1", 200, Tasks.running(1, 0, 0, 2));
            var cli = new Cli().talkingTo(server).onPause(server::close);

            Cli.Result result = cli.run("ingest", docs.toString());

            assertThat(result.exitCode()).isEqualTo(4);
            assertThat(result.err()).contains("does not answer any more").contains("./filemill status t-1");
        }

        @Test
        void saysOnCtrlCThatTheServerGoesOn() {
            server.on("POST /v1/tasks", 201, Tasks.accepted(2)).on("GET /v1/tasks/t-1", 200, Tasks.running(1, 0, 0, 2));
            var cli = new Cli().talkingTo(server);
            cli.onPause(cli::interrupt);

            Cli.Result result = cli.run("ingest", docs.toString());

            assertThat(result.exitCode()).isEqualTo(130);
            assertThat(result.err())
                    .contains("Interrupted. The 2 accepted files are kept and the server goes on with them.")
                    .endsWith("See: ./filemill status t-1\n");
            assertThat(result.out()).isEmpty();
        }
    }

    @Nested
    final class WithoutAServer {
        @Test
        void startsOneThatMayReadThePathsAndStopsItAfterwards() throws IOException {
            server.on("POST /v1/tasks", 201, Tasks.accepted(2)).on("GET /v1/tasks/t-1", 200, Tasks.finished(0, 0, 2));
            var cli = new Cli().embedding(server);

            Cli.Result result = cli.run("ingest", docs.toString());

            assertThat(result.exitCode()).isZero();
            assertThat(cli.started()).singleElement().satisfies(options -> {
                assertThat(options.worker()).isTrue();
                assertThat(options.host()).isEqualTo("127.0.0.1");
                assertThat(options.ingestRoots()).containsExactly(docs.toRealPath());
            });
            assertThat(cli.serverIsClosed()).isTrue();
        }

        @Test
        void submitsThePathsInsteadOfTheBytes() throws IOException {
            server.on("POST /v1/tasks", 201, Tasks.accepted(2));

            Cli.Result result = new Cli()
                    .embedding(server)
                    .run(
                            "ingest",
                            "--detach",
                            "--processor",
                            "noop",
                            "--settings",
                            "{\"delay_ms\":1}",
                            docs.toString());

            JsonNode body = JsonMapper.shared().readTree(server.lastBody());
            assertThat(body)
                    .isEqualTo(JsonMapper.shared()
                            .readTree(
                                    "{\"paths\": [\"%s\", \"%s\"], \"processor\": \"noop\", \"settings\": {\"delay_ms\": 1}}"
                                            .formatted(
                                                    docs.toRealPath().resolve("b.txt"),
                                                    docs.toRealPath().resolve("sub/a.txt"))));
            assertThat(result.err()).contains("No server runs.");
        }

        @Test
        void namesTheFilesThatTheServerLeftOut() {
            server.on(
                            "POST /v1/tasks",
                            201,
                            "{\"task_id\": \"t-1\", \"total_files\": 1, \"status\": \"accepted\", \"duplicates_ignored\": 0,"
                                    + " \"ignored_files\": 3, \"ignored\": [{\"item\": \"/a\", \"reason\": \"gone\"}]}")
                    .on("GET /v1/tasks/t-1", 200, Tasks.finished(0, 0, 1));

            Cli.Result result = new Cli().embedding(server).run("ingest", docs.toString());

            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.out()).contains("Not submitted:\n  /a: gone\n  … and 2 more\n");
        }

        @Test
        void saysOnCtrlCThatTheFilesGoOnLater() {
            server.on("POST /v1/tasks", 201, Tasks.accepted(2)).on("GET /v1/tasks/t-1", 200, Tasks.running(1, 0, 0, 2));
            var cli = new Cli().embedding(server);
            cli.onPause(cli::interrupt);

            Cli.Result result = cli.run("ingest", docs.toString());

            assertThat(result.err()).contains("will go on when a server runs next: ./filemill serve");
        }

        @Test
        void saysWhyNoneCanStart() {
            var cli = new Cli().env("FILEMILL_PORT", String.valueOf(Cli.unusedPort()));

            Cli.Result result = cli.run("ingest", docs.toString());

            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err()).contains("The data directory is in use by another Filemill process.");
        }
    }

    @Nested
    final class WithAManifest {
        @Test
        void sendsItAsItIsWithTheOptionsInTheQuery() throws IOException {
            server.on("POST /v1/tasks?processor=noop&settings=%7B%22delay_ms%22%3A1%7D", 201, Tasks.accepted(2));
            Path manifest = Files.writeString(folder.resolve("list.csv"), "item\na\nb\n");

            Cli.Result result = new Cli()
                    .talkingTo(server)
                    .run(
                            "ingest",
                            "--detach",
                            "--processor=noop",
                            "--settings={\"delay_ms\": 1}",
                            "--manifest",
                            manifest.toString());

            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(result.out()).isEqualTo("t-1\n");
            assertThat(server.lastBody()).isEqualTo("item\na\nb\n");
        }

        @Test
        void followsTheTask() throws IOException {
            server.on("POST /v1/tasks", 201, Tasks.accepted(2)).on("GET /v1/tasks/t-1", 200, Tasks.finished(0, 0, 2));
            Path manifest = Files.writeString(folder.resolve("list.JSONL"), "\"a\"\n\"b\"\n");

            Cli.Result result = new Cli().embedding(server).run("ingest", "--manifest", manifest.toString());

            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(result.out()).contains("Task t-1 is finished: 2 files");
        }

        @Test
        void mustHaveANameThatTellsItsFormat() throws IOException {
            Path manifest = Files.writeString(folder.resolve("list.txt"), "a\n");

            assertThat(new Cli()
                            .talkingTo(server)
                            .run("ingest", "--manifest", manifest.toString())
                            .err())
                    .contains("must end in .ndjson, .jsonl or .csv");
            assertThat(new Cli()
                            .talkingTo(server)
                            .run(
                                    "ingest",
                                    "--manifest",
                                    folder.resolve("none.csv").toString())
                            .err())
                    .startsWith("There is no file");
            assertThat(server.requests()).isEmpty();
        }

        @Test
        void takesThePlaceOfPaths() {
            var cli = new Cli().talkingTo(server);

            assertThat(cli.run("ingest", "--manifest", "a.csv", docs.toString()).exitCode())
                    .isEqualTo(2);
            assertThat(cli.run("ingest").exitCode()).isEqualTo(2);
        }
    }

    @Nested
    final class OnWrongUse {
        @Test
        void namesThePathThatIsMissing() {
            Path missing = folder.resolve("missing");

            Cli.Result result = new Cli().talkingTo(server).run("ingest", docs.toString(), missing.toString());

            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err()).isEqualTo("There is no file or folder " + missing + "\n");
            assertThat(server.requests()).isEmpty();
        }

        @Test
        void refusesAFolderWithoutFiles() throws IOException {
            Path empty = Files.createDirectory(folder.resolve("empty"));
            Files.writeString(empty.resolve(".hidden"), "x");

            Cli.Result result = new Cli().talkingTo(server).run("ingest", empty.toString());

            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err()).isEqualTo("There are no files to ingest (left out: 1 hidden)\n");
        }

        @Test
        void refusesSettingsThatAreNoJsonObject() {
            var cli = new Cli().talkingTo(server);

            assertThat(cli.run("ingest", "--settings", "{nope", docs.toString()).err())
                    .startsWith("--settings is not JSON: ");
            assertThat(cli.run("ingest", "--settings", "[1]", docs.toString()).err())
                    .startsWith("--settings is not a JSON object");
            assertThat(cli.run("ingest", "--settings", "[1]", docs.toString()).exitCode())
                    .isEqualTo(2);
        }
    }
}
