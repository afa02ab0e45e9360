package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class BenchCommandTest {
    private final Cli cli = new Cli();

    @Test
    void printsTheFiguresForPeople() {
        Cli.Result result = cli.run("bench", "--files", "100", "--delay", "10");

        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .contains("Submit                 4,000 files/s")
                .contains("Drain                  2,000 files/s")
                .contains("  use of the slots     94 %")
                .contains("Pickup, median         5.0 ms");
        assertThat(result.err()).isEqualTo("Draining\n");
    }

    @Test
    void printsTheFiguresAsJsonWithWhatWasDone() {
        JsonNode report = JsonMapper.shared()
                .readTree(cli.run("bench", "--json", "--slots", "2", "--nodes", "3")
                        .out());

        assertThat(report.path("plan").path("slots").asInt()).isEqualTo(2);
        assertThat(report.path("plan").path("nodes").asInt()).isEqualTo(3);
        assertThat(report.path("drainPerSecond").asDouble()).isEqualTo(2000);
        assertThat(report.path("pickup").path("p99").asDouble()).isEqualTo(9);
    }

    @Test
    void refusesNumbersThatMakeNoSense() {
        assertThat(cli.run("bench", "--files", "0").exitCode()).isEqualTo(2);
        assertThat(cli.run("bench", "--slots", "0").exitCode()).isEqualTo(2);
    }
}
