package io.filemill.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker alone in its process, with nothing else that could keep the process alive. */
class WorkerOutageIT {
    @TempDir
    Path workDir;

    @Test
    void livesOnWhenJobRunrGivesUpBecauseTheDatabaseIsAway() throws Exception {
        try (PostgresProcess postgres = PostgresProcess.start(workDir.resolve("postgres"))) {
            Map<String, String> environment =
                    Map.of("FILEMILL_DB_URL", postgres.url(), "FILEMILL_DATA_DIR", workDir.toString());
            try (Program migration = Program.filemill(workDir, environment, "migrate")) {
                assertThat(migration.awaitExit(Duration.ofSeconds(90))).isZero();
            }
            try (Program worker = Program.worker(workDir, environment)) {
                awaitLine(worker, "JobRunr's server runs");

                postgres.kill();
                awaitLine(worker, "JobRunr's server is replaced");
                int before = worker.output().length();
                postgres.restart();

                await().atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> !worker.isAlive()
                                || worker.output().substring(before).contains("JobRunr's server runs"));
                assertThat(worker.isAlive()).as(worker::output).isTrue();
            }
        }
    }

    private static void awaitLine(Program worker, String line) {
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> !worker.isAlive() || worker.output().contains(line));
        assertThat(worker.isAlive()).as(worker::output).isTrue();
    }
}
