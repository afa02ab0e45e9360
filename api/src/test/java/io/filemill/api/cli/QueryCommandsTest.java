package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class QueryCommandsTest {
    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Nested
    final class Status {
        @Test
        void listsTheNewestTasksAsATable() {
            server.on(
                    "GET /v1/tasks?limit=2",
                    200,
                    "{\"tasks\": [" + Tasks.running(3, 1, 0, 10) + "," + Tasks.finished(0, 0, 2)
                            + "], \"next_cursor\": \"more\"}");

            Cli.Result result = new Cli().talkingTo(server).run("status", "--limit", "2");

            assertThat(result.exitCode()).isZero();
            assertThat(result.out().lines())
                    .satisfiesExactly(
                            header -> assertThat(header).matches("TASK +STATUS +FILES +FAILED +SKIPPED +CREATED +TOOK"),
                            running -> assertThat(running).matches("t-1 +running +3/10 +1 +0 +2026-11-24 .*"),
                            done -> assertThat(done).matches("t-1 +success +2/2 +0 +0 .*"));
            assertThat(result.err()).contains("There are older tasks: --limit 10");
        }

        @Test
        void pointsToTheFirstStepWhenThereAreNoTasks() {
            server.on("GET /v1/tasks?limit=20", 200, "{\"tasks\": [], \"next_cursor\": null}");

            assertThat(new Cli().talkingTo(server).run("status").out()).contains("./filemill ingest PATH");
        }

        @Test
        void showsOneTaskWithItsFailedFiles() {
            server.on("GET /v1/tasks/t-1", 200, Tasks.finished(1, 0, 2))
                    .on(
                            "GET /v1/tasks/t-1/files?status=failed&limit=20",
                            200,
                            Tasks.files(Tasks.failedFile("a\\u001b[2J.pdf", "It is empty.")));

            Cli.Result result = new Cli().talkingTo(server).run("status", "t-1");

            assertThat(result.exitCode()).isZero();
            assertThat(result.out())
                    .contains("Task t-1: partial, 2 of 2 files done")
                    .containsPattern("failed +1\n")
                    .contains("a\uFFFD[2J.pdf: It is empty. (ENCRYPTED)");
        }

        @Test
        void pagesThroughAllFailedFiles() {
            String first = "{\"files\": [" + Tasks.failedFile("a.pdf", "Broken.") + "], \"next_cursor\": \"a/b\"}";
            server.on("GET /v1/tasks/t-1", 200, Tasks.finished(2, 0, 2))
                    .on("GET /v1/tasks/t-1/files?status=failed&limit=100", 200, first)
                    .on(
                            "GET /v1/tasks/t-1/files?status=failed&limit=100&cursor=a%2Fb",
                            200, Tasks.files(Tasks.failedFile("b.pdf", "Broken.")));

            Cli.Result result = new Cli().talkingTo(server).run("status", "t-1", "--failed");

            assertThat(result.out()).isEqualTo("  a.pdf: Broken. (ENCRYPTED)\n  b.pdf: Broken. (ENCRYPTED)\n");
        }

        @Test
        void watchesATaskToItsEnd() {
            server.on("GET /v1/tasks/t-1", 200, Tasks.running(1, 0, 0, 2))
                    .on("GET /v1/tasks/t-1", 200, Tasks.finished(0, 0, 2));

            Cli.Result result = new Cli().talkingTo(server).run("status", "t-1", "--watch");

            assertThat(result.err()).contains("Processing: 2/2 files");
            assertThat(result.out()).contains("Task t-1: success");
        }

        @Test
        void writesTheAnswerAsJson() {
            server.on("GET /v1/tasks/t-1", 200, Tasks.finished(0, 0, 2));

            Cli.Result result = new Cli().talkingTo(server).run("status", "t-1", "--json");

            assertThat(JsonMapper.shared().readTree(result.out()))
                    .isEqualTo(JsonMapper.shared().readTree(Tasks.finished(0, 0, 2)));
        }

        @Test
        void explainsAnUnknownTask() {
            server.on("GET /v1/tasks/a%20b", 404, Tasks.problem(404, "Not found", "There is no task a b."));

            Cli.Result result = new Cli().talkingTo(server).run("status", "a b");

            assertThat(result.exitCode()).isEqualTo(5);
            assertThat(result.err()).isEqualTo("Not found: There is no task a b.\n");
        }

        @Test
        void explainsAnAnswerThatIsNoProblemDocument() {
            server.on("GET /v1/tasks?limit=20", 502, "<html>Bad gateway</html>");

            assertThat(new Cli().talkingTo(server).run("status").err())
                    .isEqualTo("The server answered with HTTP status 502.\n");
        }

        @Test
        void startsAServerThatRunsNothingWhenNoneRuns() {
            server.on("GET /v1/tasks?limit=20", 200, "{\"tasks\": [], \"next_cursor\": null}");
            var cli = new Cli().embedding(server);

            Cli.Result result = cli.run("status");

            assertThat(result.exitCode()).isZero();
            assertThat(cli.started()).singleElement().satisfies(options -> {
                assertThat(options.worker()).isFalse();
                assertThat(options.port()).isZero();
                assertThat(options.quiet()).isTrue();
            });
            assertThat(cli.serverIsClosed()).isTrue();
        }
    }

    @Nested
    final class Search {
        private static final String HITS = """
                {"query": "big words", "total": 12, "hits": [
                  {"document_id": "d", "filename": "docs/a.pdf", "mimetype": "application/pdf", "page": 3, "type": "text",
                   "snippet": "some **big**\\nwords", "score": 0.5},
                  {"document_id": "e", "filename": "b.txt", "mimetype": "text/plain", "page": null, "type": "text",
                   "snippet": "more", "score": 0.4}]}""";

        @Test
        void showsNamePageAndSnippet() {
            server.on("GET /v1/search?q=big%20words&limit=2", 200, HITS);

            Cli.Result result = new Cli().talkingTo(server).run("search", "big", "words", "--limit", "2");

            assertThat(result.exitCode()).isZero();
            assertThat(result.out()).isEqualTo("docs/a.pdf, page 3\n    some **big** words\nb.txt\n    more\n");
            assertThat(result.err()).isEqualTo("2 of 12 hits\n");
        }

        @Test
        void showsWhatMatchedInBoldOnATerminal() {
            server.on("GET /v1/search?q=big&limit=10", 200, HITS);

            assertThat(new Cli()
                            .talkingTo(server)
                            .onTerminal()
                            .run("search", "big")
                            .out())
                    .contains("some \u001b[1mbig\u001b[0m words");
        }

        @Test
        void showsTheIdsOfDocumentsToThoseWhoAsk() {
            server.on("GET /v1/search?q=big&limit=10", 200, HITS);

            assertThat(new Cli().talkingTo(server).run("search", "big", "--ids").out())
                    .startsWith("docs/a.pdf, page 3, document d\n    some")
                    .contains("\nb.txt, document e\n");
        }

        @Test
        void saysThatNothingWasFound() {
            server.on("GET /v1/search?q=x&limit=10", 200, "{\"query\": \"x\", \"total\": 0, \"hits\": []}");

            Cli.Result result = new Cli().talkingTo(server).run("search", "x");

            assertThat(result.exitCode()).isZero();
            assertThat(result.out()).isEqualTo("Nothing found for: x\n");
        }
    }

    @Nested
    final class Cancel {
        @Test
        void saysHowManyFilesStopped() {
            server.on(
                    "POST /v1/tasks/t-1/cancel",
                    200,
                    "{\"task_id\": \"t-1\", \"status\": \"cancelled\", \"cancelled_files\": 7}");

            Cli.Result result = new Cli().talkingTo(server).run("cancel", "t-1");

            assertThat(result.exitCode()).isZero();
            assertThat(result.out()).isEqualTo("Cancelled task t-1: 7 files stopped\n");
        }

        @Test
        void explainsWhyItCannot() {
            server.on(
                    "POST /v1/tasks/t-1/cancel", 409, Tasks.problem(409, "Conflict", "Task t-1 is already finished."));

            Cli.Result result = new Cli().talkingTo(server).run("cancel", "t-1");

            assertThat(result.exitCode()).isEqualTo(6);
            assertThat(result.err()).isEqualTo("Conflict: Task t-1 is already finished.\n");
        }
    }
}
