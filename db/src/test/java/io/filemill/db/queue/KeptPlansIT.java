package io.filemill.db.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.TaskStatus;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.node.JsonNodeFactory;

/** Statements that every file passes through read few rows, however small the tables were when PostgreSQL made the plans that it keeps. */
@ExtendWith(PostgresExtension.class)
class KeptPlansIT {
    /** The driver prepares a statement at its fifth use, and the server may keep a plan from the sixth one on. */
    private static final int UNTIL_KEPT = 15;

    private static final int MANY = 30_000;

    private final TestDatabase db;

    KeptPlansIT(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void startWithEmptyTables() {
        db.empty();
    }

    @Test
    void whatWasPlannedForSmallTablesReadsNoLargeOne() {
        try (HikariDataSource one = db.database.pool("one", 1)) {
            var connection = new OneConnection(one);
            var node = new TakingNode(db.node(), "node");
            UUID small = db.submit("ann", 2 * UNTIL_KEPT);
            for (int i = 0; i < UNTIL_KEPT; i++) {
                connection.runOneFile(node);
            }
            addManyJobs();
            UUID large = db.submit("bob", MANY);

            assertThat(connection.runOneFile(node)).isZero();
            assertThat(db.task(small).processedFiles() + db.task(large).processedFiles())
                    .isEqualTo(UNTIL_KEPT + 1);
        }
    }

    @Test
    void whatGoesFromFilesToTheirJobsReadsNoOtherJobs() {
        addManyJobs();
        try (HikariDataSource one = db.database.pool("one", 1)) {
            var connection = new OneConnection(one);
            UUID node = db.node();
            UUID task = db.submit("ann", 2);
            long claimed = db.fileIds(task).get(0);
            assertThat(db.fileTasks.claim(claimed, 1, node)).isPresent();
            db.expire(node);
            db.jdbc
                    .sql("delete from jobrunr_jobs where id = file_job_id(:id, 1)")
                    .param("id", db.fileIds(task).get(1))
                    .update();

            assertThat(connection.rowsScannedBy(() -> connection.files.rescueFromDeadNodes()))
                    .isZero();
            assertThat(connection.rowsScannedBy(() -> connection.files.rescueLostDispatches()))
                    .isZero();
            assertThat(jobs()).isEqualTo(MANY);
            assertThat(db.feeder.feed()).isEqualTo(2);
            assertThat(connection.rowsScannedBy(() -> new Window(connection.jdbc).takeBackOfTask(task)))
                    .isZero();
            assertThat(jobs()).isEqualTo(MANY);
        }
    }

    private void addManyJobs() {
        db.jdbc.sql("""
                insert into jobrunr_jobs (id, version, jobasjson, jobsignature, state, createdat, updatedat)
                select gen_random_uuid(), 1, '{}', 'none', 'SUCCEEDED', now(), now() from generate_series(1, :jobs)
                """).param("jobs", MANY).update();
    }

    private int jobs() {
        return db.jdbc
                .sql("select count(*) from jobrunr_jobs")
                .query(Integer.class)
                .single();
    }

    private static final class OneConnection {
        private final JdbcClient jdbc;
        private final TransactionTemplate transaction;
        private final FileTaskRepository files;
        private final Feeder feeder;
        private final FileJobs jobs;

        OneConnection(HikariDataSource dataSource) {
            jdbc = JdbcClient.create(dataSource);
            transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
            files = new FileTaskRepository(jdbc, transaction);
            feeder = new Feeder(jdbc, transaction, () -> false);
            jobs = new FileJobs(jdbc);
        }

        /** Takes a file, ends it, and deletes its job; returns how many rows PostgreSQL read by going through whole tables. */
        long runOneFile(TakingNode node) {
            var taken = new Feeder.Taken[1];
            long rows = rowsScannedBy(() -> taken[0] = feeder.take(node, 1));
            assertThat(taken[0].files()).hasSize(1);
            Feeder.TakenFile file = taken[0].files().get(0);
            var end = FinishedFile.with(
                    file.file().id(),
                    file.file().attempt(),
                    TaskStatus.COMPLETED,
                    JsonNodeFactory.instance.objectNode());
            rows += rowsScannedBy(() -> files.finish(List.of(end)));
            rows += rowsScannedBy(() -> jobs.delete(List.of(file.job().getId())));
            return rows;
        }

        long rowsScannedBy(Runnable work) {
            return transaction.execute(status -> {
                long before = rowsScanned();
                work.run();
                return rowsScanned() - before;
            });
        }

        private long rowsScanned() {
            return jdbc.sql(
                            "select sum(seq_tup_read) from pg_stat_xact_user_tables where relname in ('file_task', 'jobrunr_jobs')")
                    .query(Long.class)
                    .single();
        }
    }
}
