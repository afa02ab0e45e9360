package io.filemill.db.queue;

import io.filemill.db.notification.Channel;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Limits and pauses of the cluster, its users, processors and sinks. They are kept in the database, hold for all nodes, and last until they
 * are changed. Each method is one transaction. Safe for use by several threads.
 */
public final class QueueLimits {
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Window window;

    public QueueLimits(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.window = new Window(jdbc);
    }

    /** All limits and pauses. */
    public List<QueueLimit> list() {
        return jdbc.sql("select * from queue_limit order by scope, name")
                .query(QueueLimits::limit)
                .list();
    }

    /** One of them, or empty if there is none. */
    public Optional<QueueLimit> find(LimitScope scope, String name) {
        return jdbc.sql("select * from queue_limit where scope = :scope and name = :name")
                .param("scope", scope.word())
                .param("name", name)
                .query(QueueLimits::limit)
                .optional();
    }

    /** Sets the limits of a name in place of those before, and leaves its pause as it is. Holds for what starts from now on. */
    public QueueLimit put(LimitScope scope, String name, QueueLimit.Values values) {
        return transaction.execute(status -> {
            QueueLimit limit = jdbc.sql("""
                    insert into queue_limit (scope, name, max_running, rate_per_second, burst, max_queued_files, max_queued_bytes)
                    values (:scope, :name, :maxRunning, :ratePerSecond, :burst, :maxQueuedFiles, :maxQueuedBytes)
                    on conflict (scope, name) do update
                    set max_running = excluded.max_running, rate_per_second = excluded.rate_per_second, burst = excluded.burst,
                        max_queued_files = excluded.max_queued_files, max_queued_bytes = excluded.max_queued_bytes, updated_at = now()
                    returning *
                    """)
                    .param("scope", scope.word())
                    .param("name", name)
                    .param("maxRunning", values.maxRunning())
                    .param("ratePerSecond", values.ratePerSecond())
                    .param("burst", values.burst())
                    .param("maxQueuedFiles", values.maxQueuedFiles())
                    .param("maxQueuedBytes", values.maxQueuedBytes())
                    .query(QueueLimits::limit)
                    .single();
            Channel.WORK.send(jdbc, "");
            return limit;
        });
    }

    /** Removes a limit, with its pause; false if there was none. */
    public boolean delete(LimitScope scope, String name) {
        return transaction.execute(status -> {
            boolean deleted = jdbc.sql("delete from queue_limit where scope = :scope and name = :name")
                            .param("scope", scope.word())
                            .param("name", name)
                            .update()
                    == 1;
            Channel.WORK.send(jdbc, "");
            return deleted;
        });
    }

    /**
     * Lets nothing of the cluster, a user or a processor start any more, until {@link #resume}. Files that wait on their way to a node are
     * taken back, those that run go on. Does nothing if it was paused already.
     */
    public QueueLimit pause(LimitScope scope, String name) {
        return transaction.execute(status -> {
            window.lock();
            QueueLimit limit = setPaused(scope, name, true);
            switch (scope) {
                case CLUSTER -> window.takeBackAll();
                case USER -> window.takeBackOfUser(name);
                case PROCESSOR -> window.takeBackOfProcessor(name);
                case SINK -> throw new IllegalArgumentException("a sink cannot be paused");
            }
            Channel.PAUSE.send(jdbc, "");
            return limit;
        });
    }

    /** Ends a pause, and wakes the nodes. Does nothing if it was not paused. */
    public QueueLimit resume(LimitScope scope, String name) {
        return transaction.execute(status -> {
            QueueLimit limit = setPaused(scope, name, false);
            Channel.WORK.send(jdbc, "");
            return limit;
        });
    }

    private QueueLimit setPaused(LimitScope scope, String name, boolean paused) {
        return jdbc.sql("""
                insert into queue_limit (scope, name, paused)
                values (:scope, :name, :paused)
                on conflict (scope, name) do update
                set paused = excluded.paused, updated_at = now()
                returning *
                """)
                .param("scope", scope.word())
                .param("name", name)
                .param("paused", paused)
                .query(QueueLimits::limit)
                .single();
    }

    /** Forgets what nobody has used for the given time: full buckets and shares that have faded away; returns how many. */
    public int forgetUnusedFor(Duration time) {
        double seconds = time.toMillis() / 1000.0;
        return jdbc.sql(
                                "delete from queue_bucket where refilled_at < now() - make_interval(secs => :time) and tokens >= 0")
                        .param("time", seconds)
                        .update()
                + jdbc.sql("delete from user_share where counted_at < now() - make_interval(secs => :time)")
                        .param("time", seconds)
                        .update();
    }

    private static QueueLimit limit(ResultSet row, int number) throws SQLException {
        return new QueueLimit(
                LimitScope.fromWord(row.getString("scope")).orElseThrow(),
                row.getString("name"),
                row.getBoolean("paused"),
                row.getObject("max_running", Integer.class),
                row.getObject("rate_per_second", Double.class),
                row.getObject("burst", Double.class),
                row.getObject("max_queued_files", Long.class),
                row.getObject("max_queued_bytes", Long.class),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }
}
