package io.filemill.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import example.Application;
import io.filemill.db.Database;
import io.filemill.db.DatabaseProperties;
import io.filemill.db.PostgresServer;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.UploadTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Filemill inside of a user's application. */
class TaskServiceIT {
    private static ConfigurableApplicationContext start(Path dataDir, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--filemill.db.data-dir=" + dataDir);
        all.add("--filemill.worker.max-workers=2");
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .run(all.toArray(String[]::new));
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class OnTheApplicationsDatabase {
        private final String url = PostgresServer.instance().newDatabase();
        private final JdbcClient jdbc = JdbcClient.create(new DriverManagerDataSource(url));
        private ConfigurableApplicationContext application;
        private TaskService tasks;

        @TempDir
        Path folder;

        @BeforeAll
        void start(@TempDir Path dataDir) {
            jdbc.sql("create table note (text text); create table flyway_schema_history (its_own text)")
                    .update();
            application = TaskServiceIT.start(dataDir, "--spring.datasource.url=" + url);
            tasks = application.getBean(TaskService.class);
        }

        @AfterAll
        void stop() {
            application.close();
        }

        private UploadTask awaitEnd(UUID task) {
            return await().atMost(Duration.ofSeconds(60))
                    .until(
                            () -> tasks.getTaskStatus("ann", task).orElseThrow(),
                            status -> status.status().isFinal());
        }

        @Test
        void runsTheApplicationsOwnProcessor() throws IOException {
            Path file = Files.writeString(folder.resolve("words.txt"), "one two\n\n three ");
            Path link = Files.createSymbolicLink(folder.resolve("link.txt"), file);
            UUID task = tasks.createCustomTask("ann", "word-count", List.of(link.toString(), "no file"));
            UploadTask ended = awaitEnd(task);
            assertThat(ended.outcome()).isEqualTo("partial");
            List<FileTask> files = tasks.getFiles("ann", task, 0, 10);
            assertThat(files.get(0).result().path("words").asInt()).isEqualTo(3);
            assertThat(files.get(0).filename()).isEqualTo("link.txt");
            assertThat(files.get(1).failure().code()).isEqualTo("NO_FILE");
            assertThat(tasks.getFiles("bob", task, 0, 10)).isEmpty();
        }

        @Test
        void ingestsDocuments() throws IOException {
            Path file = Files.writeString(folder.resolve("text.md"), "# Green lamps");
            UUID task = tasks.createUploadTask("ann", List.of(file));
            assertThat(awaitEnd(task).outcome()).isEqualTo("success");
        }

        @Test
        void createsATaskWithTheCallersTransactionOrNotAtAll() {
            TransactionTemplate transaction = application.getBean(TransactionTemplate.class);
            JdbcClient notes = application.getBean(JdbcClient.class);
            List<String> items =
                    IntStream.range(0, 1500).mapToObj(i -> "item " + i).toList();
            var created = new ArrayList<UUID>();
            assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                        notes.sql("insert into note values ('lost')").update();
                        created.add(tasks.createCustomTask("ann", "noop", items));
                        assertThat(tasks.getTaskStatus("ann", created.get(0))).isPresent();
                        throw new IllegalStateException("the caller fails");
                    }))
                    .hasMessage("the caller fails");
            assertThat(tasks.getTaskStatus("ann", created.get(0))).isEmpty();

            UUID kept = transaction.execute(status -> {
                notes.sql("insert into note values ('kept')").update();
                UUID task = tasks.createCustomTask("ann", "noop", items);
                awaitThatNobodyHoldsTheLockOfTheFeeder();
                return task;
            });
            assertThat(awaitEnd(kept).successfulFiles()).isEqualTo(1500);
            assertThat(jdbc.sql("select text from note").query(String.class).list())
                    .containsExactly("kept");
        }

        /** Whoever gives files to a node takes this lock, and the caller's transaction may last. */
        private void awaitThatNobodyHoldsTheLockOfTheFeeder() {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> jdbc.sql("""
                            select count(*) = 0 from pg_locks
                            where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
                            """).query(Boolean.class).single());
        }

        @Test
        void cancelsOnlyTasksOfTheUser() {
            UUID task = tasks.createCustomTask(
                    "ann",
                    "noop",
                    IntStream.range(0, 100).mapToObj(i -> "slow " + i).toList(),
                    JsonMapper.shared().readTree("{\"delay_ms\": 60000}"));
            assertThat(tasks.cancelTask("bob", task)).isFalse();
            assertThat(tasks.cancelTask("ann", task)).isTrue();
            assertThat(tasks.cancelTask("ann", task)).isTrue();
            assertThat(awaitEnd(task).outcome()).isEqualTo("cancelled");
            assertThat(tasks.getAllTasks("ann")).extracting(UploadTask::id).contains(task);
        }

        @Test
        void refusesATaskWithoutFilesAndLeavesTheTransactionAlone() {
            TransactionTemplate transaction = application.getBean(TransactionTemplate.class);
            transaction.executeWithoutResult(status -> {
                assertThatThrownBy(() -> tasks.createUploadTask("ann", List.of()))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> tasks.createCustomTask("ann", "noop", List.of("a", "")))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThat(status.isRollbackOnly()).isFalse();
            });
        }

        @Test
        void sharesItsSchemaWithNodesThatStandAlone(@TempDir Path dataDir) {
            try (var database = Database.open(new DatabaseProperties(dataDir, url, "", "", 10, true))) {
                assertThat(database.hasCurrentSchema()).isTrue();
            }
            assertThat(jdbc.sql("select count(*) from filemill_schema_history")
                            .query(Integer.class)
                            .single())
                    .isGreaterThan(8);
        }
    }

    @Test
    void bringsADatabaseAlongAndPurgesWithoutANode(@TempDir Path dataDir) {
        try (var application = start(
                dataDir,
                "--filemill.db.url=" + PostgresServer.instance().newDatabase(),
                "--filemill.worker.enabled=false",
                "--filemill.worker.purge-max-age=0s")) {
            TaskService tasks = application.getBean(TaskService.class);
            UUID task = tasks.createCustomTask("ann", "noop", List.of("a"));
            assertThat(tasks.cancelTask("ann", task)).isTrue();
            tasks.startCleanupScheduler();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> tasks.getAllTasks("ann").isEmpty());
            tasks.shutdown();
        }
    }
}
