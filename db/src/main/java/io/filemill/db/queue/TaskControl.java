package io.filemill.db.queue;

import io.filemill.db.notification.Channel;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Changes when the files of a task that has not ended are served. Each method is one transaction. Safe for use by several threads. */
public final class TaskControl {
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Window window;

    public TaskControl(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.window = new Window(jdbc);
    }

    /** What became of a change. */
    public enum Result {
        /** The task is as asked for, whether it was so before or not. */
        DONE,
        /** The task has ended; nothing changed. */
        FINISHED,
        /** The user has no such task. */
        NOT_FOUND
    }

    /**
     * Changes the priority of a task, and the time before which none of its files starts, for the files that wait. Files that wait on
     * their way to a node are taken back if that time is to come.
     *
     * @param priority 0 to 9, or null to leave it
     * @param notBefore by the database's clock; a time that has passed stands for now; null to leave it
     */
    public Result change(String userId, UUID id, @Nullable Integer priority, @Nullable Instant notBefore) {
        return change(userId, id, () -> {
            jdbc.sql("""
                    update upload_task
                    set priority = coalesce(:priority, priority), not_before = coalesce(:notBefore::timestamptz, not_before), updated_at = now()
                    where id = :id
                    """)
                    .param("id", id)
                    .param("priority", priority)
                    .param("notBefore", notBefore == null ? null : Timestamp.from(notBefore))
                    .update();
            if (notBefore != null) {
                boolean later = jdbc.sql("select not_before > now() from upload_task where id = :id")
                        .param("id", id)
                        .query(Boolean.class)
                        .single();
                if (later) {
                    window.takeBackOfTask(id);
                    Channel.PAUSE.send(jdbc, "");
                }
            }
            Channel.WORK.send(jdbc, "");
        });
    }

    /** Lets no file of the task start any more, until {@link #resume}; those that run go on. */
    public Result pause(String userId, UUID id) {
        return change(userId, id, () -> {
            setPaused(id, true);
            window.takeBackOfTask(id);
            Channel.PAUSE.send(jdbc, "");
        });
    }

    /** Ends a pause of the task, and wakes the nodes. */
    public Result resume(String userId, UUID id) {
        return change(userId, id, () -> {
            setPaused(id, false);
            Channel.WORK.send(jdbc, "");
        });
    }

    private void setPaused(UUID id, boolean paused) {
        jdbc.sql("update upload_task set paused = :paused, updated_at = now() where id = :id and paused <> :paused")
                .param("id", id)
                .param("paused", paused)
                .update();
    }

    private Result change(String userId, UUID id, Runnable change) {
        return transaction.execute(status -> {
            window.lock();
            Optional<Boolean> finished = jdbc.sql("""
                    select finished_at is not null from upload_task
                    where id = :id and user_id = :userId and purged_at is null
                    for update
                    """)
                    .param("id", id)
                    .param("userId", userId)
                    .query(Boolean.class)
                    .optional();
            if (finished.isEmpty()) {
                return Result.NOT_FOUND;
            }
            if (finished.get()) {
                return Result.FINISHED;
            }
            change.run();
            return Result.DONE;
        });
    }
}
