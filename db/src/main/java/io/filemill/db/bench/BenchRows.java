package io.filemill.db.bench;

import io.filemill.db.task.UploadTaskRepository;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The rows of a benchmark, and what the server can do with them by itself. Safe for use by several threads. */
public final class BenchRows {
    /** Files in one transaction of {@link #commitGroups}. */
    public static final int GROUP = 50;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final UploadTaskRepository uploadTasks;

    public BenchRows(JdbcClient jdbc, TransactionTemplate transaction, UploadTaskRepository uploadTasks) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.uploadTasks = uploadTasks;
    }

    /**
     * What the server has done since it began to count.
     *
     * @param commits transactions committed in this database, by anybody; lags behind by about a second
     * @param walBytes bytes of the write-ahead log of the whole server
     */
    public record Work(long commits, long walBytes) {
        /** What was done between the other reading and this one. */
        public Work since(Work earlier) {
            return new Work(commits - earlier.commits, walBytes - earlier.walBytes);
        }
    }

    /** Reads the server's counters. */
    public Work work() {
        return jdbc.sql("""
                select xact_commit as commits, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint as wal_bytes
                from pg_stat_database where datname = current_database()
                """).query(Work.class).single();
    }

    /** Milliseconds from the acceptance of each task to the start of its first file, by the clock of the database, the shortest first. */
    public List<Double> pickups(List<UUID> uploadTaskIds) {
        return jdbc.sql("""
                select extract(epoch from min(f.started_at) - t.created_at) * 1000 as pickup
                from upload_task t join file_task f on f.upload_task_id = t.id
                where t.id = any(:ids::uuid[])
                group by t.id
                order by pickup
                """)
                .param("ids", uploadTaskIds.toArray(UUID[]::new))
                .query(Double.class)
                .list();
    }

    /** Seconds from the start of a task's first file to the end of its last one. */
    public double drainSeconds(UUID uploadTaskId) {
        return jdbc.sql("""
                select extract(epoch from t.finished_at - (select min(started_at) from file_task where upload_task_id = t.id))
                from upload_task t where t.id = :id
                """).param("id", uploadTaskId).query(Double.class).single();
    }

    /** Touches single files of a task, each in its own transaction, until the time is over; returns how many. */
    public long commitSingly(UUID uploadTaskId, Duration time) {
        long first = firstFile(uploadTaskId);
        long last = lastFile(uploadTaskId);
        long end = System.nanoTime() + time.toNanos();
        long touched = 0;
        while (System.nanoTime() < end) {
            touched += jdbc.sql("update file_task set updated_at = now() where id = :id")
                    .param("id", ThreadLocalRandom.current().nextLong(first, last + 1))
                    .update();
        }
        return touched;
    }

    /** Touches files of a task, {@value #GROUP} of them and the task's row in one transaction, until the time is over; returns how many. */
    public long commitGroups(UUID uploadTaskId, Duration time) {
        long first = firstFile(uploadTaskId);
        long last = lastFile(uploadTaskId);
        long end = System.nanoTime() + time.toNanos();
        long touched = 0;
        while (System.nanoTime() < end) {
            long from = ThreadLocalRandom.current().nextLong(first, Math.max(first + 1, last - GROUP + 2));
            touched += transaction.execute(status -> {
                jdbc.sql("update upload_task set updated_at = now() where id = :id")
                        .param("id", uploadTaskId)
                        .update();
                return jdbc.sql("update file_task set updated_at = now() where id >= :from and id < :to")
                        .param("from", from)
                        .param("to", from + GROUP)
                        .update();
            });
        }
        return touched;
    }

    private long firstFile(UUID uploadTaskId) {
        return jdbc.sql("select min(id) from file_task where upload_task_id = :id")
                .param("id", uploadTaskId)
                .query(Long.class)
                .single();
    }

    private long lastFile(UUID uploadTaskId) {
        return jdbc.sql("select max(id) from file_task where upload_task_id = :id")
                .param("id", uploadTaskId)
                .query(Long.class)
                .single();
    }

    /** Deletes all tasks of a user, those that have not ended too; returns how many. */
    public int purge(String userId) {
        List<UUID> tasks = jdbc.sql("select id from upload_task where user_id = :userId")
                .param("userId", userId)
                .query(UUID.class)
                .list();
        for (UUID task : tasks) {
            uploadTasks.cancel(userId, task);
            jdbc.sql("update upload_task set purged_at = now() where id = :id and finished_at is not null")
                    .param("id", task)
                    .update();
            uploadTasks.delete(task);
        }
        return tasks.size();
    }
}
