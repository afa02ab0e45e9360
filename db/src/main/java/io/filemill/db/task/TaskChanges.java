package io.filemill.db.task;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Which tasks have changed since a moment, and what they are like now, without anything being written for it: PostgreSQL keeps with each
 * row the number of the transaction that wrote it (docs/adr/0023-derive-live-events-from-transactions.md). Each method is one statement
 * and locks nothing. Safe for use by several threads.
 */
public final class TaskChanges {
    /** What each statement begins with: the moment that it shows. */
    private static final String MOMENT = """
            with moment as materialized (
                select pg_snapshot_xmin(shown)::text::bigint as cursor, pg_snapshot_xmax(shown)::text::bigint as next, now() as read_at,
                       coalesce((select string_agg(scope || ' ' || name, ',' order by scope, name) from queue_limit where paused), '') as pauses
                from pg_current_snapshot() shown)
            """;

    /** What each statement ends with; {@code found} has the ids of the tasks. A moment without tasks is one row of nulls. */
    private static final String TASKS = """
            select m.cursor, m.read_at, m.pauses, t.*
            from moment m
            left join lateral (
                select t.*,
                       case when t.finished_at is null
                            then (select count(*) from file_task f where f.upload_task_id = t.id and f.status = 'running')
                            else 0 end as running_files,
                       l.ignored_files, l.ignored,
                       case when t.finished_at is null then paused_by(t) end as paused_by,
                       files_per_second(t)
                from found
                join upload_task t on t.id = found.id
                left join task_listing l on l.upload_task_id = t.id
                where t.purged_at is null) t on true
            order by t.created_at, t.id
            """;

    private final JdbcClient jdbc;

    public TaskChanges(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A moment as a reader saw it. Whatever is committed later, or was being committed then, has changed since {@code cursor}; what
     * was committed shortly before may be reported again.
     *
     * @param cursor the oldest transaction that was still going on
     * @param readAt by the database's clock
     * @param pauses a text that is another one when a user, a processor or the cluster is paused or resumed
     */
    public record Moment(long cursor, Instant readAt, String pauses) {}

    /**
     * Tasks, the oldest first, as they are at a moment.
     */
    public record Changes(Moment moment, List<UploadTask> tasks) {}

    /**
     * What a reader knows already.
     *
     * @param running how many files of each task run, without those that have none
     */
    public record Known(Moment moment, Map<UUID, Integer> running) {}

    /** The task, whoever's it is. */
    public Changes of(UUID id) {
        return read(
                jdbc.sql(MOMENT + ", found as (select :id::uuid as id)" + TASKS).param("id", id));
    }

    /** Whether a transaction wrote the task that was not over at the cursor. */
    public boolean changedSince(long cursor, UUID id) {
        return jdbc.sql(MOMENT + """
                select transaction_of(t.xmin, m.next) >= :cursor or :cursor > m.next
                from moment m join upload_task t on t.id = :id
                """)
                .param("cursor", cursor)
                .param("id", id)
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }

    /** The newest of the user's tasks that have not ended. */
    public Changes unfinished(String userId, int limit) {
        return read(jdbc.sql(MOMENT + """
                , found as (
                    select id from upload_task
                    where user_id = :userId and purged_at is null and finished_at is null
                    order by created_at desc, id desc
                    limit :limit)
                """ + TASKS).param("userId", userId).param("limit", limit));
    }

    /** The newest of the user's tasks that have changed since the cursor, those that have ended included; all if it is of another database. */
    public Changes since(long cursor, String userId, int limit) {
        return read(jdbc.sql(MOMENT + """
                , found as (
                    select t.id
                    from upload_task t cross join moment m
                    where t.user_id = :userId and t.purged_at is null
                      and (transaction_of(t.xmin, m.next) >= :cursor or :cursor > m.next)
                    order by t.created_at desc, t.id desc
                    limit :limit)
                """ + TASKS)
                .param("cursor", cursor)
                .param("userId", userId)
                .param("limit", limit));
    }

    /**
     * Those of the given tasks, and of the tasks of the given users, that have changed: their rows, how many of their files run, or what
     * pauses them. Costs a look at each of these tasks that has not ended, and at those of anybody that ended in the last minutes.
     */
    public Changes since(Known known, Collection<UUID> tasks, Collection<String> users) {
        return read(jdbc.sql(MOMENT + """
                , running as (
                    select upload_task_id as id, count(*)::integer as files
                    from file_task
                    where status = 'running'
                    group by upload_task_id),
                moved as materialized (
                    select coalesce(r.id, k.id) as id
                    from running r
                    full join unnest(:runningTasks::uuid[], :runningFiles::integer[]) as k (id, files) on k.id = r.id
                    where r.files is distinct from k.files),
                watched as (
                    select t.id, transaction_of(t.xmin, m.next) as written
                    from upload_task t cross join moment m
                    where t.id = any (:tasks::uuid[])
                    union
                    select t.id, transaction_of(t.xmin, m.next)
                    from upload_task t cross join moment m
                    where cardinality(:users::text[]) > 0 and t.user_id = any (:users::text[]) and t.finished_at is null
                    union
                    select t.id, transaction_of(t.xmin, m.next)
                    from upload_task t cross join moment m
                    where cardinality(:users::text[]) > 0 and t.user_id = any (:users::text[])
                      and t.finished_at > :readAt::timestamptz - interval '5 minutes'),    -- longer than the end of a task takes to commit
                found as (
                    select w.id
                    from watched w cross join moment m
                    where w.written >= :cursor or :cursor > m.next or m.pauses <> :pauses or w.id in (select id from moved))
                """ + TASKS)
                .param("cursor", known.moment().cursor())
                .param("readAt", Timestamp.from(known.moment().readAt()))
                .param("pauses", known.moment().pauses())
                .param("runningTasks", known.running().keySet().toArray(UUID[]::new))
                .param("runningFiles", known.running().values().toArray(Integer[]::new))
                .param("tasks", tasks.toArray(UUID[]::new))
                .param("users", users.toArray(String[]::new)));
    }

    private static Changes read(JdbcClient.StatementSpec statement) {
        var found = new Found();
        statement.query(found::add);
        return found.changes();
    }

    private static final class Found {
        private final List<UploadTask> tasks = new ArrayList<>();
        private @Nullable Moment moment;

        void add(ResultSet row) throws SQLException {
            if (moment == null) {
                moment = new Moment(row.getLong("cursor"), Columns.instant(row, "read_at"), row.getString("pauses"));
            }
            if (row.getObject("id") != null) {
                tasks.add(UploadTask.of(row, 0));
            }
        }

        Changes changes() {
            return new Changes(Optional.ofNullable(moment).orElseThrow(), tasks);
        }
    }
}
