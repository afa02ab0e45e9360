package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** {@code status --watch} of several tasks. */
final class WatchTest {
    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
        server.on("GET /v1/tasks/a", 200, named("a", Tasks.running(1, 0, 0, 2)))
                .on("GET /v1/tasks/a", 200, named("a", Tasks.running(1, 0, 0, 2)))
                .on("GET /v1/tasks/a", 200, named("a", Tasks.finished(1, 0, 2)))
                .on("GET /v1/tasks/b", 200, named("b", Tasks.running(3, 0, 0, 4)))
                .on("GET /v1/tasks/b", 200, named("b", Tasks.finished(0, 0, 4)))
                .on("GET /v1/tasks/a/files?status=failed&limit=20", 200, Tasks.files());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String named(String id, String task) {
        return task.replace("t-1", id);
    }

    @Test
    void drawsABarForEachTaskOnATerminal() {
        Cli.Result result = new Cli().talkingTo(server).onTerminal().run("status", "a", "b", "--watch");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .startsWith("\n\n")
                .contains("\u001b[2A\ra 100% |", "\u001b[1A\rb 100% |", "1 failed")
                .doesNotContain("b  75% |\n");
        assertThat(result.out()).contains("Task a: partial", "Task b: success");
    }

    @Test
    void writesLinesWithoutBarsOrColoursElsewhere() {
        Cli.Result result = new Cli().talkingTo(server).run("status", "a", "b", "--watch");

        assertThat(result.err()).contains("a: 2/2 files, 1 failed", "b: 4/4 files");
        assertThat(result.err() + result.out()).doesNotContain("\u001b", "\r", "|");
    }

    @Test
    void withoutIdsItWatchesAllThatAreNotFinished() {
        server.on(
                "GET /v1/tasks?limit=20",
                200,
                "{\"tasks\": [" + named("a", Tasks.running(1, 0, 0, 2)) + "," + Tasks.finished(0, 0, 1)
                        + "], \"next_cursor\": null}");

        Cli.Result result = new Cli().talkingTo(server).run("status", "--watch", "--json");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(JsonMapper.shared().readTree(result.out()).get("task_id").stringValue())
                .isEqualTo("a");
        assertThat(server.requests()).doesNotContain("GET /v1/tasks/t-1");
    }

    @Test
    void tooManyForAScreenShareOneBar() {
        String[] line = new String[22];
        line[0] = "status";
        line[1] = "--watch";
        IntStream.range(2, line.length).forEach(i -> {
            line[i] = "n" + i;
            server.on("GET /v1/tasks/n" + i, 200, named("n" + i, Tasks.finished(0, 1, 10)));
        });
        String[] more = Arrays.copyOf(line, 23);
        more[22] = "b";

        Cli.Result result = new Cli().talkingTo(server).run(more);

        assertThat(result.err()).contains("21 tasks: 204/204 files, 20 skipped");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void severalTasksAreOneJsonDocument() {
        server.replace("GET /v1/tasks/a", 200, named("a", Tasks.finished(0, 0, 2)));

        Cli.Result result = new Cli().talkingTo(server).run("status", "a", "b", "--json");

        assertThat(JsonMapper.shared().readTree(result.out()).get("tasks")).hasSize(2);
    }
}
