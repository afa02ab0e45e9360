package io.filemill.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class EmbeddedDatabaseIT {
    @TempDir
    Path dataDir;

    private static JdbcClient connect(EmbeddedDatabase database) {
        return JdbcClient.create(new DriverManagerDataSource(database.jdbcUrl()));
    }

    @Test
    void keepsItsDataBetweenRuns() {
        try (var first = EmbeddedDatabase.start(dataDir)) {
            connect(first).sql("create table kept as select 42 as answer").update();
        }

        try (var second = EmbeddedDatabase.start(dataDir)) {
            assertThat(connect(second)
                            .sql("select answer from kept")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(42);
        }
    }

    @Test
    void losesNoCommitWhenTheMachineFails() {
        try (var database = EmbeddedDatabase.start(dataDir)) {
            assertThat(connect(database)
                            .sql("select current_setting('fsync') || current_setting('synchronous_commit')")
                            .query(String.class)
                            .single())
                    .isEqualTo("onon");
        }
    }

    @Test
    void refusesADataDirectoryThatAnotherProcessUses() throws Exception {
        Process other = holderOfTheLock();
        try {
            assertThatThrownBy(() -> EmbeddedDatabase.start(dataDir))
                    .isInstanceOf(DataDirectoryInUseException.class)
                    .hasMessageContaining(dataDir.toString())
                    .hasMessageContaining("pid " + other.pid())
                    .hasMessageContaining("FILEMILL_DATA_DIR");
        } finally {
            kill(other);
        }
        EmbeddedDatabase.start(dataDir).close(); // also ends the server that the killed process left behind
    }

    @Test
    void startsAfterItsProcessWasKilled() throws Exception {
        kill(holderOfTheLock());

        try (var database = EmbeddedDatabase.start(dataDir)) {
            assertThat(connect(database).sql("select 1 as one").query().listOfRows())
                    .containsExactly(Map.of("one", 1));
        }
    }

    /** Another process that has started the server and keeps it. */
    private Process holderOfTheLock() throws Exception {
        Path started = dataDir.resolve("started");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockHolder.class.getName(),
                        dataDir.toString(),
                        started.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            await().atMost(Duration.ofMinutes(1)).until(() -> Files.exists(started));
            return process;
        } catch (RuntimeException e) {
            kill(process);
            throw e;
        }
    }

    private static void kill(Process process) throws Exception {
        process.destroyForcibly().onExit().get();
    }

    /** Holds a data directory until it is killed. */
    static final class LockHolder {
        public static void main(String[] args) throws Exception {
            try (var ignored = EmbeddedDatabase.start(Path.of(args[0]))) {
                Files.createFile(Path.of(args[1]));
                new CountDownLatch(1).await();
            }
        }
    }
}
