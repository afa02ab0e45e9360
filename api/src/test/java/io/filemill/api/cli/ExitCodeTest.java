package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExitCodeTest {
    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "400, 2", "401, 7", "403, 7", "404, 5", "409, 6", "413, 6", "429, 6", "500, 4", "502, 4", "503, 4", "507, 6"
    })
    void tellsWhatTheServerAnswered(int status, int exitCode) {
        server.on("GET /v1/nodes", status, Tasks.problem(status, "Title", "What to do."));

        Cli.Result result = new Cli().talkingTo(server).run("nodes");

        assertThat(result.exitCode()).isEqualTo(exitCode);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).isEqualTo("Title: What to do.\n");
    }

    @Test
    void tellsHowAWatchedTaskEnded() {
        assertThat(watch(Tasks.finished(0, 1, 2))).isZero();
        assertThat(watch(Tasks.finished(1, 0, 2))).isEqualTo(1);
        assertThat(watch(Tasks.finished(2, 0, 2).replace("partial", "failed"))).isEqualTo(3);
        assertThat(watch(Tasks.cancelled(1, 2))).isEqualTo(3);
    }

    private int watch(String task) {
        server.replace("GET /v1/tasks/t-1", 200, task)
                .replace("GET /v1/tasks/t-1/files?status=failed&limit=20", 200, Tasks.files());
        return new Cli().talkingTo(server).run("status", "t-1", "--watch").exitCode();
    }

    @Test
    void isFourWhenNobodyAnswers() {
        assertThat(new Cli()
                        .run("nodes", "--server", "http://127.0.0.1:" + Cli.unusedPort())
                        .exitCode())
                .isEqualTo(4);
    }

    @Test
    void isEightForAnAnswerThatCannotBeUnderstood() {
        server.on("GET /v1/nodes", 200, "{\"nodes\": 7}");

        Cli.Result result = new Cli().talkingTo(server).run("nodes");

        assertThat(result.exitCode()).isEqualTo(8);
        assertThat(result.err())
                .startsWith("The server's answer could not be understood")
                .doesNotContain("\tat ");
    }

    @Test
    void isInTheTableOfTheHelp() {
        assertThat(new Cli().run("--help").out())
                .contains("Exit codes:")
                .containsPattern("(?m)^ *3 +no file")
                .containsPattern("(?m)^ *130 +stopped");
    }
}
