package io.filemill.db.task;

import io.filemill.db.KeptPlans;
import io.filemill.db.notification.Channel;
import io.filemill.db.telemetry.Traces;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Upload tasks: their birth, what readers see of them, and their end. Safe for use by several threads. */
public final class UploadTaskRepository {
    private static final int PURGE_BATCH = 1000;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public UploadTaskRepository(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /**
     * Inserts a task without files, with the trace of the calling thread if there is one. Needs the caller's transaction, which inserts the
     * files and {@link #recordTotals} too.
     */
    public void insert(NewUploadTask task) {
        jdbc.sql("""
                insert into upload_task (id, user_id, processor, settings, priority, timeout_seconds, stall_timeout_seconds, max_attempts, not_before,
                                         traceparent)
                values (:id, :userId, :processor, :settings::jsonb, :priority, :timeoutSeconds, :stallTimeoutSeconds, :maxAttempts,
                        :notBefore::timestamptz, :traceparent)
                """)
                .param("id", task.id())
                .param("userId", task.userId())
                .param("processor", task.processor())
                .param("settings", task.settings().toString())
                .param("priority", task.priority())
                .param("timeoutSeconds", task.limits().timeoutSeconds())
                .param("stallTimeoutSeconds", task.limits().stallTimeoutSeconds())
                .param("maxAttempts", task.limits().maxAttempts())
                .param("notBefore", task.notBefore() == null ? null : Timestamp.from(task.notBefore()))
                .param("traceparent", Traces.current())
                .update();
    }

    /**
     * Sets how many files a new task has. Needs the transaction that inserted them.
     *
     * @param waiting files that are pending
     * @param failed files that failed before they could be tried, beside those
     */
    public void recordTotals(UUID id, int waiting, int duplicatesIgnored, int failed) {
        jdbc.sql("""
                update upload_task
                set total_files = :waiting + :failed, processed_files = :failed, failed_files = :failed,
                    duplicates_ignored = :duplicatesIgnored
                where id = :id
                """)
                .param("id", id)
                .param("waiting", waiting)
                .param("failed", failed)
                .param("duplicatesIgnored", duplicatesIgnored)
                .update();
    }

    /** Sets how many bytes are stored for a new task. Needs the transaction that inserted its files. */
    public void recordStoredBytes(UUID id) {
        jdbc.sql("""
                update upload_task
                set stored_bytes = (
                    select coalesce(sum(size_bytes), 0) from file_task where upload_task_id = :id and stored_as is not null)
                where id = :id
                """).param("id", id).update();
    }

    /** The user's task, or empty if it does not exist, is another user's, or is being purged. */
    public Optional<UploadTask> find(String userId, UUID id) {
        return jdbc.sql("""
                select t.*,
                       case when t.finished_at is null
                            then (select count(*) from file_task f where f.upload_task_id = t.id and f.status = 'running')
                            else 0 end as running_files,
                       l.ignored_files, l.ignored,
                       case when t.finished_at is null then paused_by(t) end as paused_by,
                       files_per_second(t)
                from upload_task t left join task_listing l on l.upload_task_id = t.id
                where t.id = :id and t.user_id = :userId and t.purged_at is null
                """)
                .param("id", id)
                .param("userId", userId)
                .query(UploadTask::of)
                .optional();
    }

    /**
     * A page of the user's tasks, newest first.
     *
     * @param after where the page before ended, or null for the first page
     */
    public List<UploadTask> list(String userId, int limit, @Nullable Position after) {
        return list(userId, TaskFilter.ALL, limit, after);
    }

    /**
     * A page of the user's tasks that a filter takes, newest first.
     *
     * @param after where the page before ended, or null for the first page
     */
    public List<UploadTask> list(String userId, TaskFilter filter, int limit, @Nullable Position after) {
        return jdbc.sql("""
                select t.*,
                       case when t.finished_at is null
                            then (select count(*) from file_task f where f.upload_task_id = t.id and f.status = 'running')
                            else 0 end as running_files,
                       l.ignored_files, l.ignored,
                       case when t.finished_at is null then paused_by(t) end as paused_by,
                       files_per_second(t)
                from upload_task t left join task_listing l on l.upload_task_id = t.id
                where t.user_id = :userId and t.purged_at is null
                  and (:createdAt::timestamptz is null or (t.created_at, t.id) < (:createdAt::timestamptz, :id::uuid))
                  and t.created_at >= coalesce(:createdFrom::timestamptz, '-infinity')
                  and t.created_at < coalesce(:createdBefore::timestamptz, 'infinity')
                  and (:status::text is null or t.status = :status)
                  and (:outcome::text is null or t.outcome = :outcome)
                order by t.created_at desc, t.id desc
                limit :limit
                """)
                .param("userId", userId)
                .param("createdAt", after == null ? null : Timestamp.from(after.createdAt()))
                .param("id", after == null ? null : after.id())
                .param("createdFrom", filter.createdFrom() == null ? null : Timestamp.from(filter.createdFrom()))
                .param("createdBefore", filter.createdBefore() == null ? null : Timestamp.from(filter.createdBefore()))
                .param(
                        "status",
                        filter.status() == null ? null : filter.status().word())
                .param("outcome", filter.outcome())
                .param("limit", limit)
                .query(UploadTask::of)
                .list();
    }

    /**
     * Marks those of the tasks that are pending as running. Locks them in the order in which ends of files lock theirs. Opens its own
     * transaction; may be called again.
     *
     * @return how many were pending
     */
    public int markRunning(Collection<UUID> ids) {
        return jdbc.sql("""
                update upload_task
                set status = 'running', started_at = now(), updated_at = now()
                where id = any (array(
                    select id from upload_task where id = any (:ids::uuid[]) and status = 'pending' order by id for update))
                """).param("ids", ids.toArray(UUID[]::new)).update();
    }

    /**
     * Cancels a task in one transaction: its pending and running files become failed with the code {@code CANCELLED}, and the task final.
     * If its files are still being listed, the listing ends.
     * Whoever runs one of the files is told after the commit and can no longer change it.
     */
    public Cancellation cancel(String userId, UUID id) {
        return transaction.execute(status -> {
            Optional<String> outcome = jdbc.sql("""
                    select coalesce(outcome, '') from upload_task
                    where id = :id and user_id = :userId and purged_at is null
                    for update
                    """)
                    .param("id", id)
                    .param("userId", userId)
                    .query(String.class)
                    .optional();
            if (outcome.isEmpty()) {
                return new Cancellation.NotFound();
            }
            if (outcome.get().equals("cancelled")) {
                return new Cancellation.AlreadyCancelled();
            }
            if (!outcome.get().isEmpty()) {
                return new Cancellation.AlreadyFinished();
            }
            int files = jdbc.sql("""
                    with stopped as (
                        update file_task
                        set status = 'failed', error_code = 'CANCELLED', error = 'Task cancelled by user', error_component = 'openrag',
                            error_phase = 'cancelled', error_retryable = true, error_actionable_by = 'USER_ACTIONABLE',
                            dispatched_at = null, finished_at = now(), updated_at = now()
                        where upload_task_id = :id and status in ('pending', 'running')
                        returning id)
                    update upload_task
                    set status = 'failed', outcome = 'cancelled', error = 'Task cancelled by user',
                        failed_files = failed_files + (select count(*) from stopped),
                        processed_files = processed_files + (select count(*) from stopped),
                        prepared_at = coalesce(prepared_at, now()), finished_at = now(), updated_at = now()
                    where id = :id
                    returning (select count(*) from stopped)
                    """).param("id", id).query(Integer.class).single();
            Channel.CANCEL.send(jdbc, "");
            return new Cancellation.Cancelled(files);
        });
    }

    /**
     * Cancels one pending or running file in one transaction: it becomes failed with the code {@code CANCELLED}, and the task ends if it was
     * the last. Whoever runs the file is told after the commit and can no longer change it.
     */
    public Cancellation cancelFile(String userId, long fileId) {
        return transaction.execute(status -> {
            Optional<UUID> task = jdbc.sql("""
                    select t.id from upload_task t
                    where t.id = (select upload_task_id from file_task where id = :fileId)
                      and t.user_id = :userId and t.purged_at is null
                    for update
                    """)
                    .param("fileId", fileId)
                    .param("userId", userId)
                    .query(UUID.class)
                    .optional();
            if (task.isEmpty()) {
                return new Cancellation.NotFound();
            }
            int stopped = jdbc.sql("""
                    with moved as (
                        update file_task
                        set status = 'failed', error_code = 'CANCELLED', error = 'File cancelled by user', error_component = 'openrag',
                            error_phase = 'cancelled', error_retryable = true, error_actionable_by = 'USER_ACTIONABLE',
                            dispatched_at = null, finished_at = now(), updated_at = now()
                        where id = :fileId and status in ('pending', 'running')
                        returning upload_task_id, status),
                    """ + Tally.OF_MOVED_FILES + """
                    select count(*) from moved
                    """)
                    .param("fileId", fileId)
                    .query(Integer.class)
                    .single();
            if (stopped == 1) {
                Channel.CANCEL.send(jdbc, "");
                return new Cancellation.Cancelled(1);
            }
            boolean cancelled = jdbc.sql(
                            "select coalesce(error_code = 'CANCELLED', false) from file_task where id = :fileId")
                    .param("fileId", fileId)
                    .query(Boolean.class)
                    .single();
            return cancelled ? new Cancellation.AlreadyCancelled() : new Cancellation.AlreadyFinished();
        });
    }

    /** As {@link #cancelFile(String, long)} for the file of a task with the given item. */
    public Cancellation cancelFile(String userId, UUID id, String item) {
        return jdbc.sql("select id from file_task where upload_task_id = :id and item = :item")
                .param("id", id)
                .param("item", item)
                .query(Long.class)
                .optional()
                .map(fileId -> cancelFile(userId, fileId))
                .orElseGet(Cancellation.NotFound::new);
    }

    /**
     * Hides a task that has ended from all readers, at once and for good, so that it can be {@link #delete}d. If nobody does, the next purge
     * does. Opens its own transaction; a second call finds no task.
     */
    public Removal remove(String userId, UUID id) {
        return jdbc.sql("""
                with hidden as (
                    update upload_task set purged_at = now()
                    where id = :id and user_id = :userId and purged_at is null and finished_at is not null
                    returning id)
                select exists (select from hidden) from upload_task
                where id = :id and user_id = :userId and purged_at is null
                """)
                .param("id", id)
                .param("userId", userId)
                .query(Boolean.class)
                .optional()
                .map(hidden -> hidden ? Removal.REMOVED : Removal.IN_PROGRESS)
                .orElse(Removal.NOT_FOUND);
    }

    /** As {@link #remove} for all tasks of the user that have ended; returns them, the newest first. */
    public List<UUID> removeEnded(String userId) {
        return jdbc.sql("""
                with hidden as (
                    update upload_task set purged_at = now()
                    where user_id = :userId and purged_at is null and finished_at is not null
                    returning id, created_at)
                select id from hidden order by created_at desc, id desc
                """).param("userId", userId).query(UUID.class).list();
    }

    /**
     * Hides a task that ended long ago from readers, so that it can be deleted. A task whose deletion was cut short comes first, however long
     * ago it ended.
     *
     * @return the task to {@link #delete}, or empty when none is old enough
     */
    public Optional<UUID> takeForPurge(Duration maxAge) {
        return jdbc.sql("""
                update upload_task
                set purged_at = now()
                where id = (
                    select id from upload_task
                    where finished_at is not null
                      and (purged_at is not null or finished_at < now() - make_interval(secs => :maxAge))
                    order by purged_at nulls last, finished_at
                    limit 1
                    for update skip locked)
                returning id
                """)
                .param("maxAge", maxAge.toMillis() / 1000.0)
                .query(UUID.class)
                .optional();
    }

    /** Deletes a task from {@link #takeForPurge} or {@link #remove} and its files, in small transactions. May be called again after it was cut short. */
    public void delete(UUID id) {
        int deleted;
        do {
            deleted = transaction.execute(status -> {
                KeptPlans.use(jdbc);
                return jdbc.sql("""
                        delete from file_task
                        where id = any(array(select id from file_task where upload_task_id = :id order by status, id limit :batch))
                          and exists (select from upload_task where id = :id and purged_at is not null)
                        """).param("id", id).param("batch", PURGE_BATCH).update();
            });
        } while (deleted == PURGE_BATCH);
        jdbc.sql("delete from upload_task where id = :id and purged_at is not null")
                .param("id", id)
                .update();
    }

    /** Those of the given ids that no task has. */
    public List<UUID> unknown(List<UUID> ids) {
        return jdbc.sql("""
                select id from unnest(:ids::uuid[]) as given (id)
                where not exists (select from upload_task t where t.id = given.id)
                """)
                .param("ids", ids.toArray(UUID[]::new))
                .query(UUID.class)
                .list();
    }
}
