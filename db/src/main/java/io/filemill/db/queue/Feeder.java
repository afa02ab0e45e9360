package io.filemill.db.queue;

import io.filemill.db.notification.Channel;
import io.filemill.db.task.ClaimedFile;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jobrunr.jobs.Job;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Gives the file tasks that are due to JobRunr: by priority, then in turn over users, and in turn over the tasks of a user. Either into a
 * bounded window of jobs that any node may fetch, or straight to a node that asks. Marking a file and storing its job are one transaction.
 *
 * <p>Any process may do so at any time; an advisory lock lets one at a time do it, and the others return at once. Safe for use by several
 * threads.
 */
public final class Feeder {
    private static final int SMALLEST_WINDOW = 64;
    private static final int LARGEST_WINDOW = 1024;
    private static final int WINDOW_PER_SLOT = 4;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final FileJobs jobs;

    public Feeder(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.jobs = new FileJobs(jdbc);
    }

    /** A file that a node has taken, and the job that runs it. */
    public record TakenFile(ClaimedFile file, Job job) {}

    /**
     * What a node got.
     *
     * @param files they are running on the node now
     * @param enqueued how many jobs were put into the window instead, to be fetched
     * @param busy whether another process was at it, so that it is worth asking again soon
     */
    public record Taken(List<TakenFile> files, int enqueued, boolean busy) {}

    /**
     * Dispatches what fits into the window, and wakes the nodes at the commit if it dispatched anything. Joins the caller's transaction or
     * opens its own. Never waits for a lock.
     *
     * @return how many files it dispatched
     */
    public int feed() {
        return transaction.execute(status -> {
            if (!isOnlyFeeder()) {
                return 0;
            }
            int room = room();
            if (room <= 0) {
                return 0;
            }
            List<Dispatched> dispatched = dispatch(room, null);
            if (!dispatched.isEmpty()) {
                jobs.insert(dispatched.stream()
                        .map(Dispatched::file)
                        .map(file -> FileJobs.enqueued(new FileTaskJob(file.id(), file.attempt()), file.filename()))
                        .toList());
                Channel.WORK.send(jdbc, "");
            }
            return dispatched.size();
        });
    }

    /**
     * Gives files to a node in one step: {@code pending → running}, each with a JobRunr job that this node processes already. A file whose
     * node died is enqueued instead, and claimed when it starts, so that a second death is counted only on what really ran. Never waits for
     * a lock. A node whose lease has run out gets nothing.
     *
     * @param room how many files at most
     */
    public Taken take(TakingNode node, int room) {
        return transaction.execute(status -> {
            if (!isOnlyFeeder()) {
                return new Taken(List.of(), 0, true);
            }
            List<Dispatched> dispatched = dispatch(Math.min(room, LARGEST_WINDOW), node.id());
            List<Job> jobs = new ArrayList<>(dispatched.size());
            List<TakenFile> taken = new ArrayList<>(dispatched.size());
            for (Dispatched one : dispatched) {
                ClaimedFile file = one.file();
                var job = new FileTaskJob(file.id(), file.attempt());
                if (one.taken()) {
                    taken.add(new TakenFile(file, FileJobs.processing(job, file.filename(), node)));
                    jobs.add(taken.get(taken.size() - 1).job());
                } else {
                    jobs.add(FileJobs.enqueued(job, file.filename()));
                }
            }
            if (!jobs.isEmpty()) {
                this.jobs.insert(jobs);
            }
            return new Taken(taken, jobs.size() - taken.size(), false);
        });
    }

    private boolean isOnlyFeeder() {
        return jdbc.sql("select pg_try_advisory_xact_lock(hashtext('filemill feeder'))")
                .query(Boolean.class)
                .single();
    }

    /** How many files may still be dispatched: a few for each slot of the cluster, less those that wait in JobRunr already. */
    private int room() {
        return jdbc.sql("""
                select greatest(:smallest, :perSlot * (
                           select coalesce(sum(slots), 0) from worker_node
                           where status = 'active' and lease_expires_at > now()))
                       - (select count(*) from file_task where status = 'pending' and dispatched_at is not null)
                """)
                .param("smallest", SMALLEST_WINDOW)
                .param("perSlot", WINDOW_PER_SLOT)
                .query(Integer.class)
                .single();
    }

    /**
     * @param nodeId the node that takes the files; null to leave them pending
     */
    private List<Dispatched> dispatch(int room, @Nullable UUID nodeId) {
        return jdbc.sql("""
                with due as (
                    select f.id, t.priority, t.user_id, t.created_at,
                           row_number() over (partition by t.id order by f.next_attempt_at, f.id) as turn_in_task
                    from upload_task t
                    cross join lateral (
                        select id, next_attempt_at from file_task
                        where upload_task_id = t.id and status = 'pending' and dispatched_at is null and next_attempt_at <= now()
                        order by next_attempt_at, id
                        limit :room) f
                    where t.finished_at is null),
                in_turn as (
                    select id, priority, turn_in_task, created_at,
                           row_number() over (partition by priority, user_id order by turn_in_task, created_at) as turn_of_user
                    from due),
                chosen as (
                    select id, row_number() over (order by priority desc, turn_of_user, created_at, id) as place
                    from in_turn
                    order by place
                    limit :room),
                locked as (                         -- a file that is being cancelled is left alone; by id alone, or a planner that has
                    select f.id, f.status, f.dispatched_at, chosen.place,               -- not seen the task yet walks all its due files
                           :nodeId::uuid is not null and f.crash_count = 0 as taken
                    from file_task f join chosen on chosen.id = f.id
                    where :nodeId::uuid is null
                       or exists (select from worker_node n where n.id = :nodeId::uuid and n.lease_expires_at > now())
                    for update of f skip locked),
                dispatched as (
                    update file_task f
                    set dispatched_at = now(), attempt = f.attempt + 1, updated_at = now(),
                        status = case when locked.taken then 'running' else f.status end,
                        node_id = case when locked.taken then :nodeId::uuid else f.node_id end,
                        started_at = case when locked.taken then now() else f.started_at end
                    from locked
                    where f.id = locked.id and locked.status = 'pending' and locked.dispatched_at is null
                    returning f.*, locked.place, locked.taken)
                select d.*, t.user_id, t.processor, t.settings, t.timeout_seconds, t.stall_timeout_seconds, t.max_attempts,
                       t.status = 'pending' as first_of_task
                from dispatched d join upload_task t on t.id = d.upload_task_id
                order by d.place
                """)
                .param("room", room)
                .param("nodeId", nodeId)
                .query((row, number) -> new Dispatched(ClaimedFile.of(row, number), row.getBoolean("taken")))
                .list();
    }

    /**
     * @param taken whether it is running now; else it is pending
     */
    private record Dispatched(ClaimedFile file, boolean taken) {}
}
