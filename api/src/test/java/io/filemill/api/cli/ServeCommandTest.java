package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class ServeCommandTest {
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
    final class Serve {
        @Test
        void printsTheAddressesAndStaysUntilItIsStopped() {
            var cli = new Cli().embedding(server);
            cli.onListening(cli::interrupt);

            Cli.Result result = cli.run("serve");

            assertThat(result.exitCode()).isZero();
            assertThat(result.out())
                    .contains("Filemill is ready (started in 4.2 s)")
                    .contains("API        " + server.address() + "/v1")
                    .contains("Dashboard  http://127.0.0.1:8000")
                    .contains("Data       /data");
            assertThat(result.err()).contains("Stopping");
            assertThat(cli.serverIsClosed()).isTrue();
        }

        @Test
        void handsItsOptionsOn() {
            var cli = new Cli().embedding(server);
            cli.onListening(cli::interrupt);

            cli.run("serve", "--no-worker", "--port", "0", "--host", "127.0.0.1");

            assertThat(cli.started()).singleElement().satisfies(options -> {
                assertThat(options.worker()).isFalse();
                assertThat(options.port()).isZero();
                assertThat(options.host()).isEqualTo("127.0.0.1");
                assertThat(options.quiet()).isFalse();
            });
        }

        @Test
        void saysThatAServerRunsAlready() {
            var cli = new Cli().talkingTo(server);

            Cli.Result result = cli.run("serve");

            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err()).isEqualTo("A Filemill server already runs at " + server.address() + "\n");
            assertThat(cli.started()).isEmpty();
        }

        @Test
        void saysThatAnotherProgramHasThePort() {
            server.replace("GET /v1", 200, "hello");

            Cli.Result result = new Cli().run("serve", "--port", String.valueOf(server.port()));

            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err()).startsWith("Port " + server.port() + " of 127.0.0.1 cannot be listened on");
        }
    }

    @Nested
    final class Worker {
        @Test
        void needsADatabase() {
            var cli = new Cli();

            Cli.Result result = cli.run("worker");

            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err()).startsWith("FILEMILL_DB_URL is not set. A node shares the database of a server;");
            assertThat(cli.workers()).isZero();
        }

        @Test
        void runsUntilItIsStopped() {
            var cli = new Cli().env("FILEMILL_DB_URL", "jdbc:postgresql://db/filemill");
            cli.onListening(cli::interrupt);

            Cli.Result result = cli.run("worker");

            assertThat(result.exitCode()).isZero();
            assertThat(result.out()).contains("The worker node is ready");
            assertThat(cli.workers()).isEqualTo(1);
        }
    }

    @Nested
    final class Migrate {
        @Test
        void needsADatabase() {
            assertThat(new Cli().run("migrate").exitCode()).isEqualTo(2);
        }

        @Test
        void saysWhatWasDone() {
            var cli = new Cli().env("FILEMILL_DB_URL", "jdbc:postgresql://db/filemill");

            assertThat(cli.run("migrate").out()).isEqualTo("The schema is up to date.\n");
        }
    }
}
