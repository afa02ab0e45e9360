package io.filemill.db.task;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The figures of the queue. Safe for use by several threads. */
public final class QueueStatisticsRepository {
    private final JdbcClient jdbc;

    public QueueStatisticsRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The figures of this instant, in one statement. Its cost grows with the tasks that are not finished, the slots, and the files that
     * wait for their next attempt, but not with the files that are ready or done. Locks nothing.
     */
    public QueueStatistics read() {
        return jdbc.sql("select * from filemill_queue")
                .query((row, number) -> statistics(row))
                .single();
    }

    /** The figures of the cluster for monitoring, in one statement that costs about as much as {@link #read}. */
    public ClusterFigures readCluster() {
        return jdbc.sql("""
                select q.*, c.drifting_tasks,
                       (select count(*) from jobrunr_jobs where state = 'ENQUEUED') as jobs_enqueued,
                       (select count(*) from jobrunr_jobs where state = 'PROCESSING') as jobs_processing
                from filemill_queue q cross join counter_check c
                """)
                .query((row, number) -> new ClusterFigures(
                        statistics(row),
                        row.getLong("jobs_enqueued"),
                        row.getLong("jobs_processing"),
                        row.getInt("drifting_tasks")))
                .single();
    }

    /**
     * Compares the counters of tasks with their files, unless that was done within the given time by any process: a statement that reads the
     * index entries of up to two million files. Looks at tasks that changed within a day, those that changed last first. Of two callers at
     * the same time one compares.
     *
     * @return whether this call compared
     */
    public boolean checkCounters(Duration every) {
        int turn = jdbc.sql("""
                update counter_check set checked_at = now() where checked_at < now() - make_interval(secs => :every)
                """).param("every", every.toMillis() / 1000.0).update();
        if (turn == 0) {
            return false;
        }
        return jdbc.sql("""
                update counter_check
                set drifting_tasks = (
                    select count(*)
                    from (select t.*, sum(t.total_files) over (order by t.updated_at desc, t.id) as files
                          from upload_task t
                          where t.updated_at > now() - interval '1 day' and t.purged_at is null) t
                    cross join lateral (
                        select count(*) as files,
                               count(*) filter (where status = 'completed') as completed,
                               count(*) filter (where status = 'failed') as failed,
                               count(*) filter (where status = 'skipped') as skipped
                        from file_task where upload_task_id = t.id) f
                    where t.files <= 2000000
                      and (t.total_files, t.successful_files, t.failed_files, t.skipped_files)
                          is distinct from (f.files, f.completed, f.failed, f.skipped))
                """).update() == 1;
    }

    private static QueueStatistics statistics(ResultSet row) throws SQLException {
        return new QueueStatistics(
                row.getLong("ready"),
                row.getLong("running"),
                row.getLong("pending_later"),
                row.getLong("paused"),
                Columns.optionalInstant(row, "oldest_ready_at"),
                row.getDouble("oldest_ready_age_seconds"),
                row.getLong("slots_total"),
                row.getLong("slots_free"),
                row.getLong("nodes_active"),
                row.getLong("nodes_draining"),
                row.getLong("nodes_lost"),
                row.getLong("nodes_stopped"));
    }
}
