package io.filemill.db.task;

import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the queue was like in the last hours. Safe for use by several threads. */
public final class QueueSampleRepository {
    /** How much time each sample stands for. */
    public static final Duration INTERVAL = Duration.ofSeconds(15);

    /** How long a sample is kept. */
    public static final Duration KEPT = Duration.ofDays(1);

    private final JdbcClient jdbc;

    public QueueSampleRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Takes the sample of this interval unless any process has taken it, and deletes those that are too old. One statement, which reads
     * the figures of the queue only if there is something to do.
     *
     * @return whether this call took it
     */
    public boolean take() {
        return jdbc.sql("""
                with this_interval as materialized (
                    select to_timestamp(floor(extract(epoch from now()) / :interval) * :interval) as begins),
                purged as (
                    delete from queue_sample where taken_at < now() - make_interval(secs => :kept)),
                rate as (
                    select coalesce(sum(faded(recent_files, counted_at, 30)) / 30, 0)  as finished,
                           coalesce(sum(faded(recent_failed, counted_at, 30)) / 30, 0) as failed
                    from (
                        select recent_files, recent_failed, counted_at from upload_task where finished_at is null
                        union all
                        select recent_files, recent_failed, counted_at from upload_task where finished_at > now() - interval '10 minutes') t)
                insert into queue_sample (taken_at, ready, running, pending_later, paused, slots_total, finished_per_second, failed_per_second)
                select i.begins, q.ready, q.running, q.pending_later, q.paused, q.slots_total, rate.finished, rate.failed
                from this_interval i cross join filemill_queue q cross join rate
                where not exists (select from queue_sample where taken_at = (select begins from this_interval))
                on conflict do nothing
                """)
                        .param("interval", INTERVAL.toSeconds())
                        .param("kept", KEPT.toSeconds())
                        .update()
                == 1;
    }

    /**
     * The samples of the last time, the oldest first, averaged over steps; without those that nobody took.
     *
     * @param step a multiple of {@link #INTERVAL}
     */
    public List<QueueSample> last(Duration time, Duration step) {
        return jdbc.sql("""
                select to_timestamp(floor(extract(epoch from taken_at) / :step) * :step) as at,
                       round(avg(ready))::bigint as ready, round(avg(running))::bigint as running,
                       round(avg(pending_later))::bigint as pending_later, round(avg(paused))::bigint as paused,
                       round(avg(slots_total))::bigint as slots_total,
                       avg(finished_per_second) as finished_per_second, avg(failed_per_second) as failed_per_second
                from queue_sample
                where taken_at > now() - make_interval(secs => :time)
                group by 1
                order by 1
                """)
                .param("time", time.toSeconds())
                .param("step", step.toSeconds())
                .query((row, number) -> new QueueSample(
                        Columns.instant(row, "at"),
                        row.getLong("ready"),
                        row.getLong("running"),
                        row.getLong("pending_later"),
                        row.getLong("paused"),
                        row.getLong("slots_total"),
                        row.getDouble("finished_per_second"),
                        row.getDouble("failed_per_second")))
                .list();
    }
}
