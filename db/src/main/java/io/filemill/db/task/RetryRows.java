package io.filemill.db.task;

import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The statements by which failed files wait again. They need the caller's transaction, which begins with {@link #lock}. Safe for use by
 * several threads.
 */
public final class RetryRows {
    private final JdbcClient jdbc;

    public RetryRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Locks the user's task until the transaction ends; false if there is none that the user may see. */
    public boolean lock(String userId, UUID id) {
        return jdbc.sql("""
                select true from upload_task
                where id = :id and user_id = :userId and purged_at is null
                for update
                """)
                .param("id", id)
                .param("userId", userId)
                .query(Boolean.class)
                .optional()
                .isPresent();
    }

    /** Takes failed files off the counters of a locked task, which is not final any more if there were any. */
    public void reopen(UUID id, int files) {
        jdbc.sql("""
                update upload_task
                set failed_files = failed_files - :files, processed_files = processed_files - :files,
                    status = 'running', outcome = null, error = null, finished_at = null, updated_at = now(),
                    recent_files = 0, recent_failed = 0, lately_files = 0, counted_from = now()
                where id = :id
                """).param("id", id).param("files", files).update();
    }

    /**
     * A page of a task's failed files that a selection takes, in the order in which they were submitted. Files that a user cancelled are
     * taken only if their code, their id or their item is named.
     */
    public List<FailedFile> listFailed(UUID uploadTaskId, RetrySelection selection, long afterId, int limit) {
        return jdbc.sql("""
                select id, item, filename, stored_as
                from file_task
                where upload_task_id = :uploadTaskId and status = 'failed' and id > :afterId
                  and (:ids::bigint[] is null or id = any (:ids))
                  and (:items::text[] is null or item = any (:items))
                  and (:errorCodes::text[] is null or error_code = any (:errorCodes))
                  and (:retryable::boolean is null or error_retryable = :retryable)
                  and (error_code <> 'CANCELLED' or num_nonnulls(:ids::bigint[], :items::text[], :errorCodes::text[]) > 0)
                order by id
                limit :limit
                """)
                .param("uploadTaskId", uploadTaskId)
                .param("afterId", afterId)
                .param("ids", selection.ids() == null ? null : selection.ids().toArray(Long[]::new))
                .param(
                        "items",
                        selection.items() == null ? null : selection.items().toArray(String[]::new))
                .param(
                        "errorCodes",
                        selection.errorCodes() == null
                                ? null
                                : selection.errorCodes().toArray(String[]::new))
                .param("retryable", selection.retryable())
                .param("limit", limit)
                .query(FailedFile.class)
                .list();
    }

    /**
     * Takes failed files back to pending, due at once and with all attempts before them again; the attempt that failed is remembered. Needs
     * the caller's transaction, which has locked the task, so that no failed file of it changes, and corrects its counters.
     *
     * @return how many files it took
     */
    public int requeue(UUID uploadTaskId, List<Long> ids) {
        return jdbc.sql("""
                with given as (
                    select id from unnest(:ids::bigint[]) as given (id)),
                remembered as (
                    insert into file_attempt (file_task_id, attempt, node, started_at, ended_at, ended,
                                              error_code, error_component, error_phase, error_retryable, error_actionable_by, error)
                    select f.id, f.attempt, n.name, f.started_at, f.finished_at, case f.error_code when 'CANCELLED' then 'cancelled' else 'failed' end,
                           f.error_code, f.error_component, f.error_phase, f.error_retryable, f.error_actionable_by, f.error
                    from given
                    join file_task f on f.id = given.id
                    left join worker_node n on n.id = f.node_id
                    where f.upload_task_id = :uploadTaskId and f.status = 'failed'
                      and f.node_id is not null)            -- others were cancelled before they ran
                update file_task f
                set status = 'pending', dispatched_at = null, node_id = null, result = null, finished_at = null,
                    next_attempt_at = now(), updated_at = now(),
                    retry_count = f.retry_count + 1, failure_count = 0, crash_count = 0
                from given
                where f.id = given.id and f.upload_task_id = :uploadTaskId and f.status = 'failed'
                """)
                .param("uploadTaskId", uploadTaskId)
                .param("ids", ids.toArray(Long[]::new))
                .update();
    }

    /** Those of the given ids and items that a retry of the task cannot take, and why. */
    public List<RetriedFiles.Skipped> notFailed(UUID uploadTaskId, RetrySelection selection) {
        return jdbc.sql("""
                select g.id as file_id, coalesce(f.item, g.item) as item, f.filename,
                       case when f.id is null then 'file_not_in_task' else 'not_failed' end as reason
                from (select id, null as item from unnest(:ids::bigint[]) as given (id)
                      union all
                      select null, item from unnest(:items::text[]) as given (item)) g
                left join file_task f on f.upload_task_id = :uploadTaskId and (f.id = g.id or f.item = g.item)
                where f.id is null or f.status <> 'failed'
                """)
                .param("uploadTaskId", uploadTaskId)
                .param(
                        "ids",
                        selection.ids() == null ? new Long[0] : selection.ids().toArray(Long[]::new))
                .param(
                        "items",
                        selection.items() == null
                                ? new String[0]
                                : selection.items().toArray(String[]::new))
                .query(RetriedFiles.Skipped.class)
                .list();
    }
}
