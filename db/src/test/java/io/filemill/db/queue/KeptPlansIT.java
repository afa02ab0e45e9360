package io.filemill.db.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.task.Cancellation;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.Removal;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.task.UploadTaskRepository;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** Statements that every file passes through read few rows, however small the tables were when PostgreSQL made the plans that it keeps. */
@ExtendWith(PostgresExtension.class)
class KeptPlansIT {
    /** The driver prepares a statement at its fifth use, and the server may keep a plan from the sixth one on. */
    private static final int UNTIL_KEPT = 15;

    private static final int MANY = 30_000;
    private static final int FEW = 200;

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

            assertThat(connection.runOneFile(node)).isLessThan(FEW);
            assertThat(db.task(small).processedFiles() + db.task(large).processedFiles())
                    .isEqualTo(UNTIL_KEPT + 1);
        }
    }

    @Test
    void whatWasPlannedForNoFilesAtAllReadsFew() {
        db.jdbc.sql("vacuum file_task").update();
        try (HikariDataSource one = db.database.pool("one", 1)) {
            var connection = new OneConnection(one);
            for (int i = 0; i < UNTIL_KEPT; i++) {
                assertThat(connection.files.finish(List.of(OneConnection.done(i, 1))))
                        .isZero();
            }
            UUID task = db.submit("ann", MANY);

            assertThat(connection.runOneFile(new TakingNode(db.node(), "node"))).isLessThan(FEW);
            assertThat(db.task(task).processedFiles()).isOne();
        }
    }

    @Test
    void whatIsPlannedWhileFilesAreUnknownReadsFew() {
        try (HikariDataSource one = db.database.pool("one", 1)) {
            var connection = new OneConnection(one);
            var node = new TakingNode(db.node(), "node");
            UUID task = db.submit("ann", MANY);
            believeThatThereAreNoFiles();

            assertThat(connection.runOneFile(node)).isLessThan(FEW);
            assertThat(db.uploadTasks.cancel("ann", task)).isInstanceOf(Cancellation.Cancelled.class);
            assertThat(db.uploadTasks.remove("ann", task)).isEqualTo(Removal.REMOVED);
            believeThatThereAreNoFiles();
            assertThat(connection.rowsReadBy(() -> connection.tasks.delete(task)))
                    .as("a look for each page of a thousand, and one for each file that is deleted")
                    .isLessThan(3 * MANY);
        }
    }

    /** Else it looks for the few files of JobRunr's window among all that wait. */
    @Test
    void postgresqlExpectsFewFilesInTheWindowWhenHalfHaveEnded() {
        UUID node = db.node();
        UUID task = db.submit("ann", MANY);
        try (HikariDataSource one = db.database.pool("one", 1)) {
            var connection = new OneConnection(one);
            while (db.task(task).processedFiles() < MANY / 2) {
                connection.runFiles(new TakingNode(node, "node"), 500);
            }
        }
        db.jdbc.sql("vacuum analyze file_task").update();

        String plan = db.jdbc.sql("""
                    explain (format json)
                    select upload_task_id from file_task where status = 'pending' and dispatched_at is not null
                    """).query(String.class).single();
        assertThat(JsonMapper.shared().readTree(plan).at("/0/Plan/Plan Rows").asInt())
                .as(plan)
                .isBetween(1, FEW);
    }

    @Test
    void filesThatPostgresqlDoesNotKnowOfAreCountedAtOnce() {
        db.submit("ann", MANY);
        believeThatThereAreNoFiles();

        db.submit("bob", 2000);
        assertThat(knownFiles()).isEqualTo(MANY + 2000);

        believeThatThereAreNoFiles();
        for (int i = 0; i < 20; i++) {
            db.submit("cyd", 50);
        }
        assertThat(knownFiles()).isEqualTo(MANY + 3000);
    }

    /** What statistics say that were taken when all files had been deleted and vacuum could not give their pages back. */
    private void believeThatThereAreNoFiles() {
        db.jdbc.sql("""
                update pg_class
                set reltuples = 0, relpages = pg_relation_size(oid) / current_setting('block_size')::integer
                where oid = 'file_task'::regclass
                """).update();
    }

    private long knownFiles() {
        return db.jdbc
                .sql("select reltuples::bigint from pg_class where oid = 'file_task'::regclass")
                .query(Long.class)
                .single();
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

            assertThat(connection.rowsReadBy(() -> connection.files.rescueFromDeadNodes()))
                    .isLessThan(FEW);
            assertThat(connection.rowsReadBy(() -> connection.files.rescueLostDispatches()))
                    .isLessThan(FEW);
            assertThat(jobs()).isEqualTo(MANY);
            assertThat(db.feeder.feed()).isEqualTo(2);
            assertThat(connection.rowsReadBy(() -> new Window(connection.jdbc).takeBackOfTask(task)))
                    .isLessThan(FEW);
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
        private final UploadTaskRepository tasks;
        private final Feeder feeder;
        private final FileJobs jobs;

        OneConnection(HikariDataSource dataSource) {
            jdbc = JdbcClient.create(dataSource);
            transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
            files = new FileTaskRepository(jdbc, transaction);
            tasks = new UploadTaskRepository(jdbc, transaction);
            feeder = new Feeder(jdbc, transaction, () -> false);
            jobs = new FileJobs(jdbc);
        }

        /** Takes a file, ends it, and deletes its job; returns how many rows of files and jobs PostgreSQL read. */
        long runOneFile(TakingNode node) {
            return runFiles(node, 1);
        }

        /** The same with as many files at once. */
        long runFiles(TakingNode node, int files) {
            var taken = new Feeder.Taken[1];
            long rows = rowsReadBy(() -> taken[0] = feeder.take(node, files));
            List<Feeder.TakenFile> these = taken[0].files();
            assertThat(these).hasSize(files);
            List<FinishedFile> ends = these.stream()
                    .map(Feeder.TakenFile::file)
                    .map(file -> done(file.id(), file.attempt()))
                    .toList();
            rows += rowsReadBy(() -> this.files.finish(ends));
            rows += rowsReadBy(() ->
                    jobs.delete(these.stream().map(file -> file.job().getId()).toList()));
            return rows;
        }

        static FinishedFile done(long id, int attempt) {
            return FinishedFile.with(id, attempt, TaskStatus.COMPLETED, JsonNodeFactory.instance.objectNode());
        }

        long rowsReadBy(Runnable work) {
            return transaction.execute(status -> {
                long before = rowsRead();
                work.run();
                return rowsRead() - before;
            });
        }

        private long rowsRead() {
            return jdbc.sql(
                            "select sum(seq_tup_read + idx_tup_fetch) from pg_stat_xact_user_tables where relname in ('file_task', 'jobrunr_jobs')")
                    .query(Long.class)
                    .single();
        }
    }
}
