package io.filemill.db.task;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/**
 * The life cycle of file tasks. Every statement that moves a file is guarded by its state and its attempt, so a repeated or late call
 * changes nothing. Each method is one transaction unless the caller has opened one. Safe for use by several threads.
 */
public final class FileTaskRepository {
    /** Longer error texts are cut. */
    public static final int MAX_ERROR_LENGTH = 8192;

    private final JdbcClient jdbc;

    public FileTaskRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Inserts files of a new task as pending, due at once.
     *
     * @return how many were new; the others named an item that the task already has
     */
    public int insert(UUID uploadTaskId, List<NewFileTask> files) {
        return jdbc.sql("""
                insert into file_task (upload_task_id, item, filename, stored_as, size_bytes, sha256)
                select :uploadTaskId, item, filename, stored_as, size_bytes, sha256
                from unnest(:items::text[], :filenames::text[], :storedAs::text[], :sizes::bigint[], :sha256s::text[])
                    with ordinality as given (item, filename, stored_as, size_bytes, sha256, ordinal)
                order by ordinal
                on conflict (upload_task_id, item) do nothing
                """)
                .param("uploadTaskId", uploadTaskId)
                .param("items", files.stream().map(NewFileTask::item).toArray(String[]::new))
                .param("filenames", files.stream().map(NewFileTask::filename).toArray(String[]::new))
                .param("storedAs", files.stream().map(NewFileTask::storedAs).toArray(String[]::new))
                .param("sizes", files.stream().map(NewFileTask::sizeBytes).toArray(Long[]::new))
                .param("sha256s", files.stream().map(NewFileTask::sha256).toArray(String[]::new))
                .update();
    }

    /**
     * Takes a dispatched file for a node: {@code pending → running}.
     *
     * @return empty if the file was cancelled, is being run or is done, or was dispatched again since
     */
    public Optional<ClaimedFile> claim(long id, int attempt, UUID nodeId) {
        return jdbc.sql("""
                update file_task f
                set status = 'running', node_id = :nodeId, started_at = now(), updated_at = now()
                from upload_task t
                where f.id = :id and f.attempt = :attempt and f.status = 'pending' and f.dispatched_at is not null
                  and t.id = f.upload_task_id and t.finished_at is null
                returning f.*, t.user_id, t.processor, t.settings, t.status = 'pending' as first_of_task
                """)
                .param("id", id)
                .param("attempt", attempt)
                .param("nodeId", nodeId)
                .query((row, number) -> new ClaimedFile(
                        row.getLong("id"),
                        row.getInt("attempt"),
                        row.getObject("upload_task_id", UUID.class),
                        row.getString("user_id"),
                        row.getString("processor"),
                        Columns.json(row, "settings"),
                        row.getString("item"),
                        row.getString("filename"),
                        row.getString("stored_as"),
                        row.getString("sha256"),
                        row.getInt("retry_count"),
                        row.getInt("crash_count"),
                        row.getBoolean("first_of_task")))
                .optional();
    }

    /**
     * Ends files, and counts in their upload tasks exactly those that this call ended; a task whose last file ended becomes completed.
     * Files that are no longer running under the given attempt are left alone. Locks the upload tasks before the files.
     *
     * @return how many files this call ended
     */
    public int finish(List<FinishedFile> files) {
        return jdbc.sql("""
                with given as (
                    select * from unnest(:ids::bigint[], :attempts::integer[], :statuses::text[], :results::jsonb[],
                                         :errorCodes::text[], :errors::text[])
                        as given (id, attempt, status, result, error_code, error)),
                locked_task as (
                    select id from upload_task
                    where id in (select f.upload_task_id from file_task f join given on given.id = f.id)
                    order by id
                    for update),
                finished as (
                    update file_task f
                    set status = given.status, result = given.result, error_code = given.error_code, error = given.error,
                        finished_at = now(), updated_at = now()
                    from given, locked_task
                    where f.id = given.id and f.upload_task_id = locked_task.id
                      and f.status = 'running' and f.attempt = given.attempt      -- a node presumed dead holds an older attempt
                    returning f.upload_task_id, f.status),
                counted as (
                    select upload_task_id,
                           count(*) as processed,
                           count(*) filter (where status = 'completed') as successful,
                           count(*) filter (where status = 'failed') as failed,
                           count(*) filter (where status = 'skipped') as skipped
                    from finished
                    group by upload_task_id),
                tallied as (
                    update upload_task t
                    set processed_files = t.processed_files + c.processed,
                        successful_files = t.successful_files + c.successful,
                        failed_files = t.failed_files + c.failed,
                        skipped_files = t.skipped_files + c.skipped,
                        status = case when t.processed_files + c.processed = t.total_files then 'completed' else 'running' end,
                        outcome = case
                            when t.processed_files + c.processed < t.total_files then null
                            when t.failed_files + c.failed = 0 then 'success'
                            when t.failed_files + c.failed = t.total_files then 'failed'
                            else 'partial' end,
                        started_at = coalesce(t.started_at, now()),
                        finished_at = case when t.processed_files + c.processed = t.total_files then now() end,
                        updated_at = now()
                    from counted c
                    where t.id = c.upload_task_id)
                select count(*) from finished
                """)
                .param("ids", files.stream().map(FinishedFile::id).toArray(Long[]::new))
                .param("attempts", files.stream().map(FinishedFile::attempt).toArray(Integer[]::new))
                .param(
                        "statuses",
                        files.stream().map(file -> file.status().word()).toArray(String[]::new))
                .param(
                        "results",
                        files.stream().map(file -> text(file.result())).toArray(String[]::new))
                .param("errorCodes", files.stream().map(FinishedFile::errorCode).toArray(String[]::new))
                .param(
                        "errors",
                        files.stream().map(file -> cleaned(file.error())).toArray(String[]::new))
                .query(Integer.class)
                .single();
    }

    /** Takes a running file back to pending after a failed attempt, due after the delay; false if it no longer runs under this attempt. */
    public boolean retry(long id, int attempt, Duration delay, String errorCode, String error) {
        return jdbc.sql("""
                update file_task
                set status = 'pending', retry_count = retry_count + 1, dispatched_at = null, node_id = null,
                    next_attempt_at = now() + make_interval(secs => :delay), error_code = :errorCode, error = :error, updated_at = now()
                where id = :id and attempt = :attempt and status = 'running'
                """)
                        .param("id", id)
                        .param("attempt", attempt)
                        .param("delay", delay.toMillis() / 1000.0)
                        .param("errorCode", errorCode)
                        .param("error", cleaned(error))
                        .update()
                == 1;
    }

    /**
     * Gives a running file back, so that another node runs it. Costs the file nothing: it keeps its place in the queue, and no retry and no
     * crash is counted.
     *
     * @return false if it no longer runs under this attempt
     */
    public boolean release(long id, int attempt) {
        return jdbc.sql("""
                update file_task
                set status = 'pending', dispatched_at = null, node_id = null, updated_at = now()
                where id = :id and attempt = :attempt and status = 'running'
                """).param("id", id).param("attempt", attempt).update() == 1;
    }

    /**
     * Compares what a node really runs with its rows. Files that the rows give to the node but that it does not run, because an end could
     * not be written down, go back to pending.
     *
     * @param running attempt by file task id of what the node runs
     * @return the ids among them that the node has lost, because they were cancelled or given to another node; it should stop them
     */
    public List<Long> reconcile(UUID nodeId, Map<Long, Integer> running) {
        Long[] ids = running.keySet().toArray(Long[]::new);
        Integer[] attempts = running.values().toArray(Integer[]::new);
        jdbc.sql("""
                update file_task
                set status = 'pending', dispatched_at = null, node_id = null, updated_at = now()
                where status = 'running' and node_id = :nodeId and id <> all (:ids::bigint[])
                  and started_at < now() - interval '5 seconds'      -- claimed, but not yet told to the caller
                """).param("nodeId", nodeId).param("ids", ids).update();
        return jdbc.sql("""
                select given.id
                from unnest(:ids::bigint[], :attempts::integer[]) as given (id, attempt)
                where not exists (
                    select from file_task f
                    where f.id = given.id and f.attempt = given.attempt and f.status = 'running' and f.node_id = :nodeId)
                """)
                .param("nodeId", nodeId)
                .param("ids", ids)
                .param("attempts", attempts)
                .query(Long.class)
                .list();
    }

    /**
     * Takes files back to pending that a dead node was running, and counts the crash on each. They keep their place in the queue. A node is dead when its lease has run out or
     * its row is gone.
     *
     * @return how many files were rescued
     */
    public int rescueFromDeadNodes() {
        return jdbc.sql("""
                update file_task f
                set status = 'pending', crash_count = crash_count + 1, dispatched_at = null, node_id = null, updated_at = now()
                where f.status = 'running'
                  and not exists (
                    select from worker_node n
                    where n.id = f.node_id and n.lease_expires_at > now())
                """).update();
    }

    /**
     * Takes back dispatched files whose job can no longer start: it is gone, it ended without a claim, or the node that fetched it is dead.
     * Looks at the dispatched window only.
     *
     * @return how many files will be dispatched again
     */
    public int rescueLostDispatches() {
        return jdbc.sql("""
                update file_task f
                set dispatched_at = null, updated_at = now()
                where f.status = 'pending' and f.dispatched_at is not null
                  and not exists (
                    select from jobrunr_jobs j
                    where j.id = (lpad(to_hex(f.id), 16, '0') || lpad(to_hex(f.attempt), 16, '0'))::uuid::text
                      and (j.state = 'ENQUEUED'
                        or j.state = 'PROCESSING' and exists (
                            select from worker_node n
                            where n.lease_expires_at > now() and j.jobasjson like '%"serverId":"' || n.id || '"%')))
                """).update();
    }

    /**
     * A page of a task's files in the order in which they were submitted.
     *
     * @param status only files in this state, or null for all
     * @param errorCode only files with this error, or null for all
     * @param afterId the last id of the page before, or 0
     */
    public List<FileTask> list(
            UUID uploadTaskId, @Nullable TaskStatus status, @Nullable String errorCode, long afterId, int limit) {
        return jdbc.sql("""
                select f.*, n.name as node
                from file_task f
                left join worker_node n on n.id = f.node_id
                where f.upload_task_id = :uploadTaskId
                  and (:status::text is null or f.status = :status)
                  and (:errorCode::text is null or f.error_code = :errorCode)
                  and f.id > :afterId
                order by f.id
                limit :limit
                """)
                .param("uploadTaskId", uploadTaskId)
                .param("status", status == null ? null : status.word())
                .param("errorCode", errorCode)
                .param("afterId", afterId)
                .param("limit", limit)
                .query(FileTask::of)
                .list();
    }

    /** The files of a task that are not completed, in the order in which they were submitted. */
    public List<FileTask> listNotCompleted(UUID uploadTaskId, int limit) {
        return jdbc.sql("""
                select f.*, n.name as node
                from file_task f
                left join worker_node n on n.id = f.node_id
                where f.upload_task_id = :uploadTaskId and f.status <> 'completed'
                order by f.id
                limit :limit
                """)
                .param("uploadTaskId", uploadTaskId)
                .param("limit", limit)
                .query(FileTask::of)
                .list();
    }

    private static @Nullable String text(@Nullable JsonNode json) {
        return json == null ? null : json.toString().replace("\\u0000", "");
    }

    /** PostgreSQL's text holds no NUL, and the column has a limit. */
    private static @Nullable String cleaned(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String withoutNul = text.replace("\0", "");
        return withoutNul.length() <= MAX_ERROR_LENGTH ? withoutNul : withoutNul.substring(0, MAX_ERROR_LENGTH);
    }
}
