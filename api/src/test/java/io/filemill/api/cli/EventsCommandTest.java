package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class EventsCommandTest {
    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String event(String name, String task) {
        return "event: " + name + "\ndata: " + task.replace("\n", " ") + "\n\n";
    }

    @Test
    void writesALineForEachChangeUntilTheTaskHasEnded() {
        server.on(
                "GET /v1/tasks/t-1/events",
                200,
                "retry: 2000\n" + event("task", Tasks.running(1, 0, 0, 2)) + ":\n\n"
                        + event("end", Tasks.finished(1, 0, 2)) + event("task", Tasks.running(2, 2, 0, 2)));

        Cli.Result result = new Cli().talkingTo(server).run("events", "t-1");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(1);
        assertThat(result.out()).isEqualTo("t-1 running: 1/2 files\nt-1 partial: 2/2 files, 1 failed\n");
    }

    @Test
    void writesTheTaskOfEachChangeAsJson() {
        server.on("GET /v1/tasks/t-1/events", 200, event("end", Tasks.finished(0, 0, 2)));

        Cli.Result result = new Cli().talkingTo(server).run("events", "t-1", "--json");

        assertThat(result.exitCode()).isZero();
        assertThat(result.out().lines())
                .singleElement()
                .satisfies(line -> assertThat(JsonMapper.shared().readTree(line))
                        .isEqualTo(JsonMapper.shared().readTree(Tasks.finished(0, 0, 2))));
    }

    @Test
    void goesOnAfterTheLastEventWhenAStreamEnds() {
        server.on("GET /v1/events", 200, "retry: 2000\nid: 7\n\n")
                .on("GET /v1/events", 200, "event: reload\ndata: {}\n\n" + event("end", Tasks.finished(0, 0, 2)))
                .on(
                        "GET /v1/events",
                        200,
                        event("task", Tasks.running(0, 0, 0, 2)).replace("\n\n", "\nid: 9\n\n"))
                .on("GET /v1/events", 401, Tasks.problem(401, "Not signed in", "The key was revoked."));

        Cli.Result result = new Cli().talkingTo(server).run("events");

        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(result.out()).isEqualTo("t-1 success: 2/2 files\nt-1 running: 0/2 files\n");
        assertThat(result.err())
                .isEqualTo("More tasks changed than can be told: ./filemill status\n"
                        + "Not signed in: The key was revoked.\n");
        assertThat(server.headers("Last-Event-ID")).containsExactly("[]", "[]", "[7]", "[7]", "[9]");
    }

    @Test
    void givesUpWhenTheServerStaysAway() {
        server.on("GET /v1/events", 200, event("task", Tasks.running(1, 0, 0, 2)));

        Cli.Result result =
                new Cli().talkingTo(server).onPause(() -> server.close()).run("events");

        assertThat(result.exitCode()).isEqualTo(4);
        assertThat(result.out()).isEqualTo("t-1 running: 1/2 files\n");
        assertThat(result.err()).startsWith("The server could not be reached");
    }

    @Test
    void saysThatNothingChangesWithoutAServer() {
        Cli.Result result = new Cli().embedding(server).run("events");

        assertThat(result.exitCode()).isEqualTo(4);
        assertThat(result.err()).contains("No server runs, so nothing changes: ./filemill serve");
    }
}
