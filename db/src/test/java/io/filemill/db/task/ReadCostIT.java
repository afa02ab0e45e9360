package io.filemill.db.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.LargeTask;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What readers cost while a large task drains: the rows that each read touches, counted by PostgreSQL, and never a scan of all files. */
@ExtendWith(PostgresExtension.class)
class ReadCostIT {
    private static final int FILES = Integer.getInteger("filemill.test.reads.files", 100_000);
    private static final int PAGE = 101;
    private static final int STATES = TaskStatus.values().length;

    private final TestDatabase db;
    private final QueueStatisticsRepository statistics;

    ReadCostIT(TestDatabase db) {
        this.db = db;
        statistics = new QueueStatisticsRepository(db.jdbc);
    }

    @Test
    void readsTouchFewRowsHoweverManyFilesThereAre() {
        LargeTask task = LargeTask.halfDone(db, "ann", FILES);
        assertThat(task.drain(50)).isEqualTo(50);

        costs(task, "while the planner knows nothing yet");
        db.jdbc.sql("analyze").update();
        costs(task, "after an analyze");
    }

    /** A function in SQL that the planner does not make part of the statement is planned for each statement that calls it, before PostgreSQL 18. */
    @Test
    void noFunctionIsPlannedForEachStatement() {
        List<Call> calls = db.jdbc.sql("""
                    select p.proname as name,
                           format('select %s(%s) from (select %s offset 0) given', p.proname, string_agg('a' || a.position, ', '),
                                  string_agg(format('null::%s as a%s', a.type::regtype, a.position), ', ')) as statement
                    from pg_proc p
                    join pg_language l on l.oid = p.prolang
                    cross join unnest(p.proargtypes::oid[]) with ordinality as a (type, position)
                    where p.pronamespace = 'public'::regnamespace and l.lanname = 'sql' and not p.proretset
                    group by p.oid, p.proname
                    """).query(Call.class).list();

        assertThat(calls)
                .isNotEmpty()
                .allSatisfy(call -> assertThat(db.jdbc
                                .sql("explain (verbose, costs off) " + call.statement())
                                .query(String.class)
                                .list())
                        .noneMatch(line -> line.contains(call.name() + "(")));
    }

    private void costs(LargeTask task, String when) {
        int ended = task.ended();
        assertThat(costOf(
                        when,
                        () -> List.of(db.uploadTasks.find("ann", task.id()).orElseThrow())))
                .singleElement()
                .satisfies(found -> {
                    assertThat(found.runningFiles()).isEqualTo(LargeTask.RUNNING);
                    assertThat(found.pendingFiles()).isEqualTo(FILES - ended - LargeTask.RUNNING - 50);
                });
        assertThat(costOf(when, () -> db.uploadTasks.list("ann", PAGE, null))).hasSize(1);
        for (int place : List.of(0, ended / 2, ended, FILES - 2 * PAGE)) {
            long after = task.fileAt(place);
            assertThat(costOf(when, () -> db.fileTasks.list(task.id(), null, null, after, PAGE)))
                    .extracting(FileTask::id)
                    .hasSize(PAGE)
                    .isSorted()
                    .startsWith(after + 1)
                    .endsWith(after + PAGE);
        }
        assertThat(costOf(when, () -> db.fileTasks.list(task.id(), TaskStatus.COMPLETED, null, 0, PAGE)))
                .hasSize(PAGE);
        assertThat(costOf(when, () -> db.fileTasks.list(task.id(), TaskStatus.PENDING, null, 0, PAGE)))
                .hasSize(PAGE)
                .first()
                .returns(task.fileAt(ended + LargeTask.RUNNING), FileTask::id);
        assertThat(costOf(when, () -> db.fileTasks.list(task.id(), TaskStatus.RUNNING, null, 0, PAGE)))
                .hasSize(PAGE);
        assertThat(costOf(when, () -> db.fileTasks.list(task.id(), TaskStatus.FAILED, null, 0, PAGE)))
                .hasSize(LargeTask.FAILED);
        assertThat(costOf(when, () -> db.fileTasks.list(task.id(), TaskStatus.SKIPPED, null, 0, PAGE)))
                .isEmpty();
        assertThat(costOf(when, () -> db.fileTasks.list(task.id(), null, "CORRUPT", 0, PAGE)))
                .hasSize(LargeTask.FAILED);
        assertThat(costOf(when, () -> db.fileTasks.list(task.id(), TaskStatus.FAILED, "UNAVAILABLE", 0, PAGE)))
                .isEmpty();
        assertThat(costOf(when, () -> db.fileTasks.list(task.id(), null, "UNAVAILABLE", 0, PAGE)))
                .hasSize(PAGE);
        assertThat(costOf(when, () -> db.fileTasks.failures(task.id())))
                .singleElement()
                .returns((long) LargeTask.FAILED, FailureGroup::files);
        assertThat(costOf(when, () -> db.fileTasks.listNotCompleted(task.id(), PAGE)))
                .hasSize(PAGE)
                .filteredOn(file -> file.status() == TaskStatus.FAILED)
                .hasSize(LargeTask.FAILED);
        assertThat(costOf(when, () -> List.of(statistics.read())))
                .singleElement()
                .satisfies(figures -> {
                    assertThat(figures.running()).isEqualTo(LargeTask.RUNNING);
                    assertThat(figures.pendingLater()).isEqualTo(LargeTask.LATER);
                    assertThat(figures.ready()).isEqualTo(FILES - ended - LargeTask.RUNNING - LargeTask.LATER - 50);
                });
    }

    /** Runs a read, and fails if PostgreSQL scanned the files one after the other or touched more rows than a page in each state. */
    private <T> List<T> costOf(String when, Supplier<List<T>> read) {
        return db.transaction.execute(status -> {
            Touched before = touched();
            List<T> result = new ArrayList<>(read.get());
            Touched after = touched();
            assertThat(after.scans() - before.scans())
                    .as("scans of file_task " + when)
                    .isZero();
            assertThat(after.rows() - before.rows())
                    .as("rows of file_task touched " + when)
                    .isLessThanOrEqualTo(Math.max(STATES * PAGE, 2 * (LargeTask.RUNNING + LargeTask.LATER)));
            return result;
        });
    }

    private Touched touched() {
        return db.jdbc
                .sql(
                        "select seq_scan as scans, seq_tup_read + coalesce(idx_tup_fetch, 0) as rows from pg_stat_xact_user_tables where relname = 'file_task'")
                .query(Touched.class)
                .single();
    }

    private record Call(String name, String statement) {}

    private record Touched(long scans, long rows) {}
}
