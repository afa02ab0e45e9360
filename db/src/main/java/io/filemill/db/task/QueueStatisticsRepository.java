package io.filemill.db.task;

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
                .query((row, number) -> new QueueStatistics(
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
                        row.getLong("nodes_stopped")))
                .single();
    }
}
