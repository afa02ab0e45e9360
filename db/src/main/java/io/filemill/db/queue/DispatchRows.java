package io.filemill.db.queue;

import io.filemill.db.queue.Feeder.Dispatched;
import io.filemill.db.task.ClaimedFile;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The statements of the feeder. They need its transaction. Safe for use by several threads. */
final class DispatchRows {
    /** After so many seconds, a file that a user was given counts for 37 % of one. */
    private static final double MEMORY_SECONDS = 5;

    /** How many tasks a choice looks at, besides those with files in flight and one of each user, priority and processor. */
    private static final int MOST_TASKS = 4000;

    /** What the files in flight, the pauses and the shares of users are now. */
    private static final String IN_FLIGHT = """
            in_flight as materialized (
                select upload_task_id, count(*)::integer as files
                from (select upload_task_id from file_task where status = 'running'
                      union all
                      select upload_task_id from file_task where status = 'pending' and dispatched_at is not null) f
                group by upload_task_id),
            paused as materialized (
                select scope, name from queue_limit where paused),
            share as materialized (
                select user_id, used * exp(-least(50, greatest(0, extract(epoch from clock_timestamp() - counted_at)) / :memory)) as recent
                from user_share)""";

    private final JdbcClient jdbc;

    DispatchRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What there is to choose from.
     *
     * @param tasks the oldest first; those that can give no file now have none waiting
     * @param limited whether users or processors have limits
     * @param slots of the nodes that take files
     * @param nextStart in how many seconds the next task may start that waits for its time
     */
    record Choice(
            List<WaitingTask> tasks,
            boolean limited,
            int slots,
            @Nullable Double nextStart) {}

    /**
     * Tasks with files in flight, and of those with files that wait, the oldest of each user, priority and processor: as many as there are
     * places, or fewer of each where very many users have tasks, which then get their next places at the next look. Reads no row of a file
     * but those in flight.
     *
     * @param nodeId nothing is there for it if its lease has run out; null for anybody
     * @param places how many files are to be chosen
     * @param probe whether to leave out tasks none of whose files is due, which costs a look at the index for each task
     */
    Choice choice(@Nullable UUID nodeId, int places, boolean probe) {
        List<WaitingTask> tasks = new ArrayList<>();
        var limited = new boolean[1];
        var slots = new int[1];
        var nextStart = new @Nullable Double[1];
        jdbc.sql("with recursive " + IN_FLIGHT + """
                ,
                line as (                        -- one look at the index for each: the next one after the last one
                    (select user_id, priority, processor from upload_task
                     where finished_at is null
                     order by user_id, priority, processor
                     limit 1)
                    union all
                    select next.user_id, next.priority, next.processor
                    from line
                    cross join lateral (
                        select user_id, priority, processor from upload_task
                        where finished_at is null
                          and (user_id, priority, processor) > (line.user_id, line.priority, line.processor)
                        order by user_id, priority, processor
                        limit 1) next),
                busy as materialized (
                    select t.id, t.user_id, t.processor, t.priority, t.created_at, i.files as in_flight
                    from in_flight i join upload_task t on t.id = i.upload_task_id
                    where t.finished_at is null),
                busy_in_line as materialized (
                    select user_id, priority, processor, count(*) as tasks from busy group by user_id, priority, processor),
                head as (
                    select h.*
                    from line
                    left join busy_in_line b using (user_id, priority, processor)
                    cross join lateral (
                        select t.id, t.user_id, t.processor, t.priority, t.created_at, t.total_files - t.processed_files as files
                        from upload_task t
                        where t.finished_at is null
                          and t.user_id = line.user_id and t.priority = line.priority and t.processor = line.processor
                          and t.total_files > t.processed_files and not t.paused
                          and (t.not_before is null or t.not_before <= now())
                          and (not :probe or (
                              select 1 from file_task f
                              where f.upload_task_id = t.id and f.status = 'pending' and f.dispatched_at is null
                                and f.next_attempt_at <= now()
                              order by f.next_attempt_at, f.id     -- sorted, or the planner reads all files at once
                              limit 1) is not null)
                        order by t.created_at, t.id
                        limit coalesce(b.tasks, 0)         -- all files of these may be in flight
                              + greatest(1, least(:places, :mostTasks / (select count(*) from line)))) h
                    where line.user_id not in (select name from paused where scope = 'user')
                      and line.processor not in (select name from paused where scope = 'processor')),
                known as (
                    select *, coalesce(head.files - coalesce(busy.in_flight, 0), 0) as waiting
                    from head full join busy using (id, user_id, processor, priority, created_at))
                select known.id, known.user_id, known.processor, known.priority, known.waiting,
                       coalesce(known.in_flight, 0) as in_flight, coalesce(s.recent, 0) as recent,
                       (select extract(epoch from min(not_before) - clock_timestamp()) from upload_task
                        where finished_at is null and not paused and not_before > now()) as starts_in,
                       exists (
                           select from queue_limit
                           where scope in ('user', 'processor') and num_nonnulls(max_running, rate_per_second) > 0) as limited,
                       (select coalesce(sum(slots), 0) from worker_node where status = 'active' and lease_expires_at > now()) as slots
                from (select) look
                left join known on true
                left join share s on s.user_id = known.user_id
                where not exists (select from paused where scope = 'cluster')
                  and (:nodeId::uuid is null
                       or exists (select from worker_node where id = :nodeId::uuid and lease_expires_at > now()))
                order by known.created_at, known.id
                """)
                .param("probe", probe)
                .param("places", places)
                .param("mostTasks", MOST_TASKS)
                .param("memory", MEMORY_SECONDS)
                .param("nodeId", nodeId)
                .query(row -> {
                    limited[0] = row.getBoolean("limited");
                    slots[0] = row.getInt("slots");
                    double startsIn = row.getDouble("starts_in");
                    nextStart[0] = row.wasNull() ? null : startsIn;
                    if (row.getString("id") != null) {
                        tasks.add(waitingTask(row));
                    }
                });
        return new Choice(tasks, limited[0], slots[0], nextStart[0]);
    }

    /** All tasks that have not ended, the oldest first. Reads no row of a file but those in flight. */
    List<WaitingTask> all() {
        return jdbc.sql("with " + IN_FLIGHT + """
                select t.id, t.user_id, t.processor, t.priority, coalesce(i.files, 0) as in_flight,
                       case when t.paused or t.not_before > now()
                                or t.user_id in (select name from paused where scope = 'user')
                                or t.processor in (select name from paused where scope = 'processor') then 0
                            else t.total_files - t.processed_files - coalesce(i.files, 0) end as waiting,
                       coalesce(s.recent, 0) as recent
                from upload_task t
                left join in_flight i on i.upload_task_id = t.id
                left join share s on s.user_id = t.user_id
                where t.finished_at is null
                  and not exists (select from paused where scope = 'cluster')
                order by t.created_at, t.id
                """)
                .param("memory", MEMORY_SECONDS)
                .query((row, number) -> waitingTask(row))
                .list();
    }

    private static WaitingTask waitingTask(ResultSet row) throws SQLException {
        return new WaitingTask(
                row.getObject("id", UUID.class),
                row.getString("user_id"),
                row.getString("processor"),
                row.getInt("priority"),
                row.getInt("waiting"),
                row.getInt("in_flight"),
                row.getDouble("recent"));
    }

    /**
     * Dispatches files as planned, in the order of the plan: raises their attempts, and with a node, gives it those whose node never died.
     * Fewer than planned if a task has not so many that are due; a file that somebody else holds, to cancel it, is left alone. What each
     * user was given is remembered.
     */
    List<Dispatched> dispatch(List<WaitingTask> plan, @Nullable UUID nodeId) {
        Map<UUID, Integer> filesOfTask = new LinkedHashMap<>();
        plan.forEach(task -> filesOfTask.merge(task.id(), 1, Integer::sum));
        Map<UUID, List<Dispatched>> dispatched = new HashMap<>();
        jdbc.sql("""
                with dispatched as (
                    update file_task f
                    set dispatched_at = now(), attempt = f.attempt + 1, updated_at = now(),
                        status = case when :nodeId::uuid is not null and f.crash_count = 0 then 'running' else f.status end,
                        node_id = case when :nodeId::uuid is not null and f.crash_count = 0 then :nodeId::uuid else f.node_id end,
                        started_at = case when :nodeId::uuid is not null and f.crash_count = 0 then now() else f.started_at end
                    where f.id = any (array(          -- an array leaves the planner no other way than by these ids
                        select due.id
                        from unnest(:tasks::uuid[], :counts::integer[]) as planned (task, files)
                        cross join lateral (
                            select id from file_task
                            where upload_task_id = planned.task and status = 'pending' and dispatched_at is null
                              and next_attempt_at <= now()
                            order by next_attempt_at, id
                            limit planned.files
                            for update skip locked) due))
                    returning f.*),
                given as (
                    insert into user_share (user_id, used, counted_at)
                    select t.user_id, count(*), clock_timestamp()
                    from dispatched d join upload_task t on t.id = d.upload_task_id
                    group by t.user_id
                    on conflict (user_id) do update
                    set counted_at = excluded.counted_at,
                        used = excluded.used + user_share.used * exp(-least(50,
                            greatest(0, extract(epoch from excluded.counted_at - user_share.counted_at)) / :memory)))
                select d.*, t.user_id, t.processor, t.settings, t.timeout_seconds, t.stall_timeout_seconds, t.max_attempts,
                       t.status = 'pending' as first_of_task,
                       extract(epoch from now() - greatest(d.next_attempt_at, t.not_before))::double precision as seconds_due,
                       case when d.id % greatest(1, t.total_files / :tracedFiles) = 0 then t.traceparent end as traceparent
                from dispatched d join upload_task t on t.id = d.upload_task_id
                order by d.next_attempt_at, d.id
                """)
                .param("tasks", filesOfTask.keySet().toArray(UUID[]::new))
                .param("counts", filesOfTask.values().toArray(Integer[]::new))
                .param("memory", MEMORY_SECONDS)
                .param("nodeId", nodeId)
                .param("tracedFiles", ClaimedFile.TRACED_FILES)
                .query(row -> {
                    var one = new Dispatched(
                            ClaimedFile.of(row, 0), row.getString("status").equals("running"));
                    dispatched
                            .computeIfAbsent(one.file().uploadTaskId(), id -> new ArrayList<>())
                            .add(one);
                });
        List<Dispatched> inOrder = new ArrayList<>(plan.size());
        Map<UUID, Integer> next = new HashMap<>();
        for (WaitingTask task : plan) {
            int place = next.merge(task.id(), 1, Integer::sum) - 1;
            List<Dispatched> ofTask = dispatched.getOrDefault(task.id(), List.of());
            if (place < ofTask.size()) {
                inOrder.add(ofTask.get(place));
            }
        }
        return inOrder;
    }

    /** How long until the next file is due that waits for its next attempt. */
    Optional<Duration> nextAttempt() {
        return jdbc.sql("""
                select extract(epoch from min(f.next_attempt_at) - clock_timestamp())
                from upload_task t
                cross join lateral (
                    select next_attempt_at from file_task
                    where upload_task_id = t.id and status = 'pending' and dispatched_at is null and next_attempt_at > now()
                    order by next_attempt_at
                    limit 1) f
                where t.finished_at is null and not t.paused
                """)
                .query((row, number) -> {
                    double seconds = row.getDouble(1);
                    return row.wasNull() ? Optional.<Duration>empty() : Optional.of(Feeder.duration(seconds));
                })
                .single();
    }
}
