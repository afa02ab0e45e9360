package io.filemill.db.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class QueueStatisticsRepositoryIT {
    private final TestDatabase db;
    private final QueueStatisticsRepository statistics;

    QueueStatisticsRepositoryIT(TestDatabase db) {
        this.db = db;
        statistics = new QueueStatisticsRepository(db.jdbc);
    }

    @Test
    void anIdleClusterHasZeros() {
        assertThat(statistics.read()).isEqualTo(new QueueStatistics(0, 0, 0, 0, null, 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void countsEveryFileThatHasNotEndedOnce() {
        UUID node = db.node();
        UUID task = db.submit("ann", 100);
        UUID other = db.submit("bob", 5);
        db.uploadTasks.cancel("bob", other);
        for (int i = 0; i < 4; i++) {
            assertThat(db.fileTasks.claim(db.fileIds(task).get(i), 1, node)).isPresent();
        }
        db.fileTasks.retry(db.fileIds(task).get(0), 1, Duration.ofMinutes(5), TestDatabase.unavailable());
        db.fileTasks.finish(List.of(FinishedFile.failed(db.fileIds(task).get(1), 1, TestDatabase.corrupt())));

        QueueStatistics figures = statistics.read();

        assertThat(figures.running()).isEqualTo(2);
        assertThat(figures.pendingLater()).isEqualTo(1);
        assertThat(figures.ready()).as("dispatched ones and others").isEqualTo(100 - 2 - 1 - 1);
        assertThat(figures.slotsTotal()).isEqualTo(4);
        assertThat(figures.slotsFree()).isEqualTo(2);
    }

    @Test
    void looksForTheOldestReadyFileOnce() {
        db.submit("ann", 100);

        assertThat(plan())
                .filteredOn(line -> line.contains("next_attempt_at <= now()"))
                .hasSize(1);
    }

    @Test
    void startsNoParallelWorkers() {
        db.submit("ann", 1000);
        List<String> plan = db.transaction.execute(status -> {
            for (String cost : List.of(
                    "parallel_setup_cost",
                    "parallel_tuple_cost",
                    "min_parallel_table_scan_size",
                    "min_parallel_index_scan_size")) {
                db.jdbc.sql("set local " + cost + " = 0").update();
            }
            return plan();
        });

        assertThat(plan).noneMatch(line -> line.contains("Parallel") && line.contains(" file_task"));
    }

    @Test
    void theOldestReadyFileIsTheOneThatHasBeenDueForLongest() {
        db.submit("ann", 100);
        UUID task = db.submit("bob", 1);
        db.jdbc
                .sql("update file_task set next_attempt_at = now() - interval '90 seconds' where upload_task_id = :id")
                .param("id", task)
                .update();

        QueueStatistics waiting = statistics.read();
        db.uploadTasks.cancel("bob", task);
        QueueStatistics cancelled = statistics.read();

        assertThat(waiting.oldestReadyAgeSeconds()).isBetween(90.0, 150.0);
        assertThat(waiting.oldestReadyAt()).isNotNull();
        assertThat(cancelled.oldestReadyAgeSeconds()).isLessThan(60);
    }

    @Test
    void aDispatchedFileIsReadyToo() {
        UUID task = db.submit("ann", 1);
        db.jdbc
                .sql("update file_task set next_attempt_at = now() - interval '90 seconds' where upload_task_id = :id")
                .param("id", task)
                .update();

        assertThat(statistics.read().ready()).isEqualTo(1);
        assertThat(statistics.read().oldestReadyAgeSeconds()).isGreaterThanOrEqualTo(90);
    }

    @Test
    void onlyActiveNodesHaveSlots() {
        UUID busy = db.node();
        UUID draining = db.node();
        UUID lost = db.node();
        UUID stopped = db.node();
        UUID task = db.submit("ann", 2);
        assertThat(db.fileTasks.claim(db.fileIds(task).get(0), 1, busy)).isPresent();
        assertThat(db.fileTasks.claim(db.fileIds(task).get(1), 1, lost)).isPresent();
        db.nodes.markDraining(draining);
        db.expire(lost);
        db.nodes.markStopped(stopped);

        QueueStatistics figures = statistics.read();

        assertThat(figures.slotsTotal()).isEqualTo(4);
        assertThat(figures.slotsFree()).isEqualTo(3);
        assertThat(figures)
                .returns(1L, QueueStatistics::nodesActive)
                .returns(1L, QueueStatistics::nodesDraining)
                .returns(1L, QueueStatistics::nodesLost)
                .returns(1L, QueueStatistics::nodesStopped);
    }

    @Test
    void everyFigureOfTheViewIsANumberForAnAutoscaler() {
        Map<String, Object> row =
                db.jdbc.sql("select * from filemill_queue").query().singleRow();

        assertThat(row.remove("oldest_ready_at")).isNull();
        assertThat(row.keySet())
                .containsExactly(
                        "ready",
                        "running",
                        "pending_later",
                        "oldest_ready_age_seconds",
                        "slots_total",
                        "slots_free",
                        "nodes_active",
                        "nodes_draining",
                        "nodes_lost",
                        "nodes_stopped",
                        "paused");
        assertThat(row.values())
                .allSatisfy(value -> assertThat(((Number) value).doubleValue()).isZero());
    }

    @Test
    void monitoringReadsTheQueueAndTheWindowInOneStatement() {
        db.submit("ann", 3);

        ClusterFigures figures = statistics.readCluster();

        assertThat(figures.queue().ready()).isEqualTo(3);
        assertThat(figures.jobsEnqueued()).isEqualTo(3);
        assertThat(figures.jobsProcessing()).isZero();
    }

    @Test
    void oneCallerInATimeFindsTheTasksWhoseCountersDrift() {
        UUID task = db.submit("ann", 3);
        db.submit("bob", 3);
        db.jdbc.sql("update counter_check set checked_at = '-infinity'").update();
        db.jdbc
                .sql("update upload_task set total_files = 4 where id = :id")
                .param("id", task)
                .update();

        assertThat(statistics.checkCounters(Duration.ofMinutes(5))).isTrue();
        assertThat(statistics.readCluster().driftingTasks()).isEqualTo(1);

        db.jdbc
                .sql("update upload_task set total_files = 3 where id = :id")
                .param("id", task)
                .update();
        assertThat(statistics.checkCounters(Duration.ofMinutes(5)))
                .as("too early")
                .isFalse();
        assertThat(statistics.readCluster().driftingTasks()).isEqualTo(1);
        assertThat(statistics.checkCounters(Duration.ZERO)).isTrue();
        assertThat(statistics.readCluster().driftingTasks()).isZero();
    }

    private List<String> plan() {
        return db.jdbc
                .sql("explain select * from filemill_queue")
                .query(String.class)
                .list();
    }
}
