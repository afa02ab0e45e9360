package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ConnectorTest {
    private static final String NO_TASKS = "{\"tasks\": [], \"next_cursor\": null}";

    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
        server.on("GET /v1/tasks?limit=20", 200, NO_TASKS);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aServerThatIsNamedIsUsed() {
        var cli = new Cli();

        assertThat(cli.run("status", "--server", server.address() + "/").exitCode())
                .isZero();
        assertThat(cli.started()).isEmpty();
    }

    @Test
    void aServerThatIsNamedAndGoneIsNotReplaced() {
        var cli = new Cli();
        int port = Cli.unusedPort();

        Cli.Result result = cli.run("status", "--server", "http://127.0.0.1:" + port);

        assertThat(result.exitCode()).isEqualTo(4);
        assertThat(result.err()).isEqualTo("No server answers at http://127.0.0.1:" + port + "\n");
        assertThat(cli.started()).isEmpty();
    }

    @Test
    void anotherProgramAtAChosenPortIsAnError() throws IOException {
        try (var other = new FakeServer().replace("GET /v1", 404, "<html>")) {

            Cli.Result result = new Cli().talkingTo(other).run("status");

            assertThat(result.exitCode()).isEqualTo(4);
            assertThat(result.err()).startsWith("What answers at " + other.address() + " is not Filemill.");
        }
    }

    @Test
    void aServerOnEveryAddressIsReachedByLoopback() {
        assertThat(new Cli()
                        .talkingTo(server)
                        .env("FILEMILL_HOST", "0.0.0.0")
                        .run("status")
                        .exitCode())
                .isZero();
    }

    @Test
    void noServerIsStartedForAnotherMachine() {
        var cli = new Cli().env("FILEMILL_HOST", "filemill.invalid");

        Cli.Result result = cli.run("status");

        assertThat(result.exitCode()).isEqualTo(4);
        assertThat(result.err()).contains("FILEMILL_HOST is another machine");
        assertThat(cli.started()).isEmpty();
    }

    @Test
    void somethingThatIsNoAddressIsRefused() {
        assertThat(new Cli().run("status", "--server", "localhost:8080").err())
                .startsWith("Not the address of a server: localhost:8080");
    }
}
