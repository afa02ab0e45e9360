package io.filemill.db.queue;

import io.filemill.db.notification.Channel;
import java.util.List;
import javax.sql.DataSource;
import org.jobrunr.scheduling.JobBuilder;
import org.jobrunr.scheduling.JobRequestScheduler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Keeps a bounded window of JobRunr jobs filled from the file tasks that are due: by priority, then in turn over users, and in turn over
 * the tasks of a user. Marking a file as dispatched and storing its job are one transaction.
 *
 * <p>Any process may feed at any time; an advisory lock lets one at a time do it, and the others return at once. Safe for use by several
 * threads.
 */
public final class Feeder {
    private static final int SMALLEST_WINDOW = 64;
    private static final int LARGEST_APPETITE = 1024;
    private static final int WINDOW_PER_SLOT = 4;
    private static final int LONGEST_NAME = 120;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final JobRequestScheduler jobs;

    /**
     * @param dataSource the one of the client and of the transactions
     */
    public Feeder(DataSource dataSource, JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.jobs = new JobRequestScheduler(JobRunrStorage.joiningTransactions(dataSource));
    }

    /**
     * Dispatches what fits into the window, and wakes the nodes at the commit if it dispatched anything. Joins the caller's transaction or
     * opens its own. Never waits for a lock.
     *
     * @return how many files it dispatched
     */
    public int feed() {
        return feed(0);
    }

    /**
     * As {@link #feed()}, with a window that is large enough for a node whose files are short.
     *
     * @param appetite how many jobs the node is able to take in the near future
     */
    public int feed(int appetite) {
        return transaction.execute(status -> {
            if (!isOnlyFeeder()) {
                return 0;
            }
            int room = room(appetite);
            if (room <= 0) {
                return 0;
            }
            List<Dispatch> dispatched = dispatch(room);
            if (!dispatched.isEmpty()) {
                jobs.create(dispatched.stream().map(Dispatch::toJob));
                Channel.WORK.send(jdbc, "");
            }
            return dispatched.size();
        });
    }

    private boolean isOnlyFeeder() {
        return jdbc.sql("select pg_try_advisory_xact_lock(hashtext('filemill feeder'))")
                .query(Boolean.class)
                .single();
    }

    /** How many files may still be dispatched: a few for each slot of the cluster, less those that wait in JobRunr already. */
    private int room(int appetite) {
        return jdbc.sql("""
                select greatest(:smallest, :appetite, :perSlot * (
                           select coalesce(sum(slots), 0) from worker_node
                           where status = 'active' and lease_expires_at > now()))
                       - (select count(*) from file_task where status = 'pending' and dispatched_at is not null)
                """)
                .param("smallest", SMALLEST_WINDOW)
                .param("appetite", Math.min(appetite, LARGEST_APPETITE))
                .param("perSlot", WINDOW_PER_SLOT)
                .query(Integer.class)
                .single();
    }

    private List<Dispatch> dispatch(int room) {
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
                    select f.id, f.status, f.dispatched_at, chosen.place                -- not seen the task yet walks all its due files
                    from file_task f join chosen on chosen.id = f.id
                    for update of f skip locked),
                dispatched as (
                    update file_task f
                    set dispatched_at = now(), attempt = f.attempt + 1, updated_at = now()
                    from locked
                    where f.id = locked.id and locked.status = 'pending' and locked.dispatched_at is null
                    returning f.id, f.attempt, f.filename, locked.place)
                select id, attempt, filename from dispatched order by place
                """)
                .param("room", room)
                .query((row, number) -> new Dispatch(
                        new FileTaskJob(row.getLong("id"), row.getInt("attempt")), row.getString("filename")))
                .list();
    }

    private record Dispatch(FileTaskJob job, String filename) {
        JobBuilder toJob() {
            String name = filename.length() <= LONGEST_NAME ? filename : filename.substring(0, LONGEST_NAME);
            return JobBuilder.aJob()
                    .withId(job.jobId())
                    .withName("Ingest " + name)
                    .withAmountOfRetries(0)
                    .withJobRequest(job);
        }
    }
}
