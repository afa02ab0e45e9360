package io.filemill.db.task;

import io.filemill.db.KeptPlans;
import io.filemill.db.failure.Failure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/**
 * The life cycle of file tasks. Every statement that moves a file is guarded by its state and its attempt, so a repeated or late call
 * changes nothing. Each method is one transaction unless the caller has opened one. Safe for use by several threads.
 */
public final class FileTaskRepository {
    /** Longer error texts are cut. */
    public static final int MAX_ERROR_LENGTH = 8192;

    private static final List<TaskStatus> NOT_COMPLETED =
            List.of(TaskStatus.PENDING, TaskStatus.RUNNING, TaskStatus.FAILED, TaskStatus.SKIPPED);

    /** Sends the runs in {@code run} back to pending, and remembers each as an attempt that {@code :ended} so. */
    private static final String SEND_BACK = """
            remembered as (
                insert into file_attempt (file_task_id, attempt, node, started_at, ended,
                                          error_code, error_component, error_phase, error_retryable, error_actionable_by, error)
                select run.id, run.attempt, n.name, run.started_at, :ended,
                       :errorCode::text, :component::text, :phase::text, :retryable::boolean, :actionableBy::text, :error::text
                from run left join worker_node n on n.id = run.node_id)
            update file_task f
            set status = 'pending', dispatched_at = null, node_id = null, updated_at = now(),
                next_attempt_at = case when :delay > 0 then now() + make_interval(secs => :delay) else f.next_attempt_at end,
                retry_count = f.retry_count + :failed, failure_count = f.failure_count + :failed, crash_count = f.crash_count + :crashed,
                error_code = coalesce(:errorCode, f.error_code), error = coalesce(:error, f.error),
                error_component = coalesce(:component, f.error_component), error_phase = coalesce(:phase, f.error_phase),
                error_retryable = coalesce(:retryable, f.error_retryable),
                error_actionable_by = coalesce(:actionableBy, f.error_actionable_by)
            from run
            where f.id = run.id
            """;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public FileTaskRepository(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /**
     * Takes a dispatched file for a node: {@code pending → running}.
     *
     * @return empty if the file was cancelled, is being run or is done, or was dispatched again since, or if the node's lease has run out
     */
    public Optional<ClaimedFile> claim(long id, int attempt, UUID nodeId) {
        return jdbc.sql("""
                update file_task f
                set status = 'running', node_id = :nodeId, started_at = now(), updated_at = now()
                from upload_task t
                where f.id = :id and f.attempt = :attempt and f.status = 'pending' and f.dispatched_at is not null
                  and t.id = f.upload_task_id and t.finished_at is null
                  and exists (select from worker_node n where n.id = :nodeId and n.lease_expires_at > now())
                returning f.*, t.user_id, t.processor, t.settings, t.timeout_seconds, t.stall_timeout_seconds, t.max_attempts,
                          t.status = 'pending' as first_of_task,
                          extract(epoch from now() - greatest(f.next_attempt_at, t.not_before))::double precision as seconds_due,
                          case when f.id % greatest(1, t.total_files / :tracedFiles) = 0 then t.traceparent end as traceparent
                """)
                .param("tracedFiles", ClaimedFile.TRACED_FILES)
                .param("id", id)
                .param("attempt", attempt)
                .param("nodeId", nodeId)
                .query(ClaimedFile::of)
                .optional();
    }

    /**
     * Ends files, and counts in their upload tasks exactly those that this call ended; a task whose last file ended becomes completed.
     * Files that are no longer running under the given attempt are left alone. Locks the upload tasks before the files. Content that failed
     * for good is remembered, and forgotten when it succeeds. One transaction, or the caller's.
     *
     * @return how many files this call ended
     */
    public int finish(List<FinishedFile> files) {
        return transaction.execute(status -> {
            KeptPlans.use(jdbc);
            return finishInTransaction(files);
        });
    }

    private int finishInTransaction(List<FinishedFile> files) {
        return jdbc.sql("""
                with given as (
                    select * from unnest(:ids::bigint[], :attempts::integer[], :statuses::text[], :results::jsonb[], :sha256s::text[],
                                         :errorCodes::text[], :components::text[], :phases::text[], :retryables::boolean[],
                                         :actionableBys::text[], :errors::text[], :waits::double precision[])
                        as given (id, attempt, status, result, sha256, error_code, component, phase, retryable, actionable_by, error, waited)),
                locked_task as (
                    select id, user_id, processor from upload_task
                    where id in (select upload_task_id from file_task where id = any(:ids::bigint[]))
                    order by id
                    for update),
                moved as (
                    update file_task f
                    set status = given.status, result = given.result, sha256 = coalesce(given.sha256, f.sha256),
                        error_code = given.error_code, error_component = given.component, error_phase = given.phase,
                        error_retryable = given.retryable, error_actionable_by = given.actionable_by, error = given.error,
                        dispatched_at = null,
                        started_at = f.started_at + make_interval(secs => given.waited), finished_at = now(), updated_at = now()
                    from given
                    where f.id = given.id and f.status = :running
                      and f.attempt = given.attempt                       -- a node presumed dead holds an older attempt
                      and (select count(*) from locked_task) > 0          -- the tasks before the files
                    returning f.*),
                failed_for_good as (
                    insert into failed_content (user_id, processor, sha256, file_task_id, filename, error_code, error)
                    select distinct on (t.user_id, t.processor, m.sha256)
                           t.user_id, t.processor, m.sha256, m.id, m.filename, m.error_code, m.error
                    from moved m join locked_task t on t.id = m.upload_task_id
                    where m.status = 'failed' and not m.error_retryable and m.sha256 is not null
                    order by t.user_id, t.processor, m.sha256
                    on conflict (user_id, processor, sha256) do update
                    set file_task_id = excluded.file_task_id, filename = excluded.filename,
                        error_code = excluded.error_code, error = excluded.error, failed_at = now()),
                healed as (
                    delete from failed_content c
                    using moved m, locked_task t
                    where m.status = 'completed' and m.sha256 is not null and t.id = m.upload_task_id
                      and (c.user_id, c.processor, c.sha256) = (t.user_id, t.processor, m.sha256)),
                """ + Tally.OF_MOVED_FILES + """
                select count(*) from moved
                """)
                .param("running", TaskStatus.RUNNING.word())
                .param("ids", array(files, FinishedFile::id, Long[]::new))
                .param("attempts", array(files, FinishedFile::attempt, Integer[]::new))
                .param("statuses", array(files, file -> file.status().word(), String[]::new))
                .param("results", array(files, file -> text(file.result()), String[]::new))
                .param("sha256s", array(files, FinishedFile::sha256, String[]::new))
                .param("errorCodes", ofFailures(files, Failure::code))
                .param(
                        "components",
                        ofFailures(files, failure -> failure.component().word()))
                .param("phases", ofFailures(files, failure -> failure.phase().word()))
                .param(
                        "retryables",
                        array(
                                files,
                                file -> file.failure() == null
                                        ? null
                                        : file.failure().retryable(),
                                Boolean[]::new))
                .param(
                        "actionableBys",
                        ofFailures(files, failure -> failure.actionableBy().name()))
                .param("errors", ofFailures(files, failure -> cleaned(failure.message())))
                .param("waits", array(files, file -> file.waited().toNanos() / 1e9, Double[]::new))
                .query(Integer.class)
                .single();
    }

    /**
     * Ends one file in the transaction in which its result is written, so that the result is there exactly if the file ended so.
     *
     * @param write writes the result and tells the end; it may be called again after the database was away
     * @return the end that this call wrote down; empty if the file was not this attempt's any more, and then nothing of what was written
     *     remains
     */
    public Optional<FinishedFile> finish(Supplier<FinishedFile> write) {
        return transaction.execute(status -> {
            FinishedFile file = write.get();
            if (finish(List.of(file)) == 1) {
                return Optional.of(file);
            }
            status.setRollbackOnly();
            return Optional.empty();
        });
    }

    /** Takes a running file back to pending after a failed attempt, due after the delay; false if it no longer runs under this attempt. */
    public boolean retry(long id, int attempt, Duration delay, Failure failure) {
        return sendBack(id, attempt, "failed", delay, 1, failure);
    }

    /**
     * As {@link #retry}, but the attempt does not count, because a service asked to be called later.
     *
     * @return false if it no longer runs under this attempt
     */
    public boolean postpone(long id, int attempt, Duration delay, Failure failure) {
        return sendBack(id, attempt, "postponed", delay, 0, failure);
    }

    /**
     * Gives a running file back, so that another node runs it. Costs the file nothing: it keeps its place in the queue, and no failure and
     * no crash is counted.
     *
     * @return false if it no longer runs under this attempt
     */
    public boolean release(long id, int attempt) {
        return sendBack(id, attempt, "released", Duration.ZERO, 0, null);
    }

    private boolean sendBack(
            long id, int attempt, String ended, Duration delay, int failed, @Nullable Failure failure) {
        String run = """
                with run as (
                    select id, attempt, node_id, started_at from file_task
                    where id = :id and attempt = :attempt and status = 'running'
                    for update),
                """;
        return sendBack(run, ended, delay, failed, 0, failure)
                        .param("id", id)
                        .param("attempt", attempt)
                        .update()
                == 1;
    }

    private JdbcClient.StatementSpec sendBack(
            String run, String ended, Duration delay, int failed, int crashed, @Nullable Failure failure) {
        return jdbc.sql(run + SEND_BACK)
                .param("ended", ended)
                .param("delay", delay.toMillis() / 1000.0)
                .param("failed", failed)
                .param("crashed", crashed)
                .param("errorCode", failure == null ? null : failure.code())
                .param("component", failure == null ? null : failure.component().word())
                .param("phase", failure == null ? null : failure.phase().word())
                .param("retryable", failure == null ? null : failure.retryable())
                .param(
                        "actionableBy",
                        failure == null ? null : failure.actionableBy().name())
                .param("error", failure == null ? null : cleaned(failure.message()));
    }

    /**
     * Compares what a node really runs with its rows. Files that the rows give to the node but that it does not run, because an end could
     * not be written down, go back to pending.
     *
     * @param running attempt by file task id of what the node runs
     * @return the ids among them that the node has lost, because they were cancelled or given to another node; it should stop them
     */
    public List<Long> reconcile(UUID nodeId, Map<Long, Integer> running) {
        String run = """
                with run as (
                    select id, attempt, node_id, started_at from file_task
                    where status = 'running' and node_id = :nodeId and id <> all (:ids::bigint[])
                      and started_at < now() - interval '5 seconds'      -- claimed, but not yet told to the caller
                    for update skip locked),
                """;
        int ignored = sendBack(run, "released", Duration.ZERO, 0, 0, null)
                .param("nodeId", nodeId)
                .param("ids", running.keySet().toArray(Long[]::new))
                .update();
        return lost(nodeId, running);
    }

    /** Those of the files that a node runs that it has lost, because they were cancelled or given to another node; see {@link #reconcile}. */
    public List<Long> lost(UUID nodeId, Map<Long, Integer> running) {
        return jdbc.sql("""
                select given.id
                from unnest(:ids::bigint[], :attempts::integer[]) as given (id, attempt)
                where not exists (
                    select from file_task f
                    where f.id = given.id and f.attempt = given.attempt and f.status = 'running' and f.node_id = :nodeId)
                """)
                .param("nodeId", nodeId)
                .param("ids", running.keySet().toArray(Long[]::new))
                .param("attempts", running.values().toArray(Integer[]::new))
                .query(Long.class)
                .list();
    }

    /** Those of the given files whose task is paused, or may not start yet. */
    public List<Long> heldBack(Set<Long> ids) {
        return jdbc.sql("""
                select f.id
                from file_task f join upload_task t on t.id = f.upload_task_id
                where f.id = any (:ids::bigint[]) and t.finished_at is null and (t.not_before > now() or paused_by(t) is not null)
                """)
                .param("ids", ids.toArray(Long[]::new))
                .query(Long.class)
                .list();
    }

    /**
     * Takes files back to pending that a dead node was running, and counts the crash on each. They keep their place in the queue. A node is
     * dead when its lease has run out or its row is gone. Only a node that has held its own lease without a break may call this: after an
     * outage of the database all leases have run out.
     *
     * Their JobRunr jobs are deleted, which would else stay as failed though their files are not.
     *
     * @return how many files were rescued
     */
    public int rescueFromDeadNodes() {
        String run = """
                with run as (
                    select f.id, f.attempt, f.node_id, f.started_at from file_task f
                    where f.status = 'running'
                      and not exists (
                        select from worker_node n
                        where n.id = f.node_id and n.lease_expires_at > now())
                    for update skip locked),
                forgotten as (
                    delete from jobrunr_jobs where id in (select file_job_id(run.id, run.attempt) from run)),
                """;
        return sendBack(run, "crashed", Duration.ZERO, 0, 1, null).update();
    }

    /**
     * Takes back dispatched files whose job can no longer start: it is gone, it ended without a claim, or the node that fetched it is dead.
     * What is left of the job is deleted. Looks at the dispatched window only.
     *
     * @return how many files will be dispatched again
     */
    public int rescueLostDispatches() {
        return jdbc.sql("""
                with lost as (
                    update file_task f
                    set dispatched_at = null, updated_at = now()
                    where f.status = 'pending' and f.dispatched_at is not null
                      and not exists (
                        select from jobrunr_jobs j
                        where j.id = file_job_id(f.id, f.attempt)
                          and (j.state = 'ENQUEUED'
                            or j.state = 'PROCESSING' and exists (
                                select from worker_node n
                                where n.lease_expires_at > now() and j.jobasjson like '%"serverId":"' || n.id || '"%')))
                    returning f.id, f.attempt),
                forgotten as (
                    delete from jobrunr_jobs where id in (select file_job_id(lost.id, lost.attempt) from lost))
                select count(*) from lost
                """).query(Integer.class).single();
    }

    /** The file of one of the user's tasks, or empty if there is none of that id that the user may see. */
    public Optional<FileTask> find(String userId, long id) {
        return jdbc.sql("""
                select f.*, n.name as node
                from file_task f
                join upload_task t on t.id = f.upload_task_id
                left join worker_node n on n.id = f.node_id
                where f.id = :id and t.user_id = :userId and t.purged_at is null
                """)
                .param("id", id)
                .param("userId", userId)
                .query(FileTask::of)
                .optional();
    }

    /** The attempts at a file before its current or last one, the first one first. */
    public List<FileAttempt> attempts(long id) {
        return jdbc.sql("select * from file_attempt where file_task_id = :id order by attempt")
                .param("id", id)
                .query(FileAttempt::of)
                .list();
    }

    /** A page of the user's files that took a process down each time they were tried, in the order in which they were submitted. */
    public List<FileTask> listQuarantined(String userId, long afterId, int limit) {
        return jdbc.sql("""
                select f.*, n.name as node
                from file_task f
                join upload_task t on t.id = f.upload_task_id
                left join worker_node n on n.id = f.node_id
                where f.status = 'failed' and f.error_code in ('QUARANTINED', 'PARSER_CRASHED', 'OUT_OF_MEMORY')
                  and t.user_id = :userId and t.purged_at is null and f.id > :afterId
                order by f.id
                limit :limit
                """)
                .param("userId", userId)
                .param("afterId", afterId)
                .param("limit", limit)
                .query(FileTask::of)
                .list();
    }

    /** What is remembered of content of the user that failed for good under a processor, or empty. */
    public Optional<FailedContent> failedContent(String userId, String processor, String sha256) {
        return jdbc.sql("""
                select file_task_id, filename, error_code, error from failed_content
                where user_id = :userId and processor = :processor and sha256 = :sha256
                """)
                .param("userId", userId)
                .param("processor", processor)
                .param("sha256", sha256)
                .query(FailedContent.class)
                .optional();
    }

    /**
     * A page of a task's files in the order in which they were submitted. Reads at most as many rows per state as the page may have, at
     * any depth.
     *
     * @param status only files in this state, or null for all
     * @param errorCode only files with this error, or null for all
     * @param afterId the last id of the page before, or 0
     */
    public List<FileTask> list(
            UUID uploadTaskId, @Nullable TaskStatus status, @Nullable String errorCode, long afterId, int limit) {
        List<TaskStatus> statuses = status == null ? List.of(TaskStatus.values()) : List.of(status);
        return errorCode == null
                ? listInStates(uploadTaskId, statuses, afterId, limit)
                : listWithError(uploadTaskId, errorCode, statuses, afterId, limit);
    }

    /** The failed files of a task by cause, the most frequent cause first. Reads the entries of an index that has failed files only. */
    public List<FailureGroup> failures(UUID uploadTaskId) {
        return jdbc.sql(
                        "select * from failures_of(:uploadTaskId) order by files desc, error_code, error_component, error_phase")
                .param("uploadTaskId", uploadTaskId)
                .query(FailureGroup::of)
                .list();
    }

    /** The files of a task that are not completed, in the order in which they were submitted. */
    public List<FileTask> listNotCompleted(UUID uploadTaskId, int limit) {
        return listInStates(uploadTaskId, NOT_COMPLETED, 0, limit);
    }

    private List<FileTask> listInStates(UUID uploadTaskId, List<TaskStatus> statuses, long afterId, int limit) {
        return jdbc.sql("""
                select f.*, n.name as node
                from unnest(:statuses::text[]) as given (status)
                cross join lateral files_in_state(:uploadTaskId, given.status, :afterId, :limit) f
                left join worker_node n on n.id = f.node_id
                order by f.id
                limit :limit
                """)
                .param("uploadTaskId", uploadTaskId)
                .param("statuses", statuses.stream().map(TaskStatus::word).toArray(String[]::new))
                .param("afterId", afterId)
                .param("limit", limit)
                .query(FileTask::of)
                .list();
    }

    private List<FileTask> listWithError(
            UUID uploadTaskId, String errorCode, List<TaskStatus> statuses, long afterId, int limit) {
        return jdbc.sql("""
                select f.*, n.name as node
                from unnest(:statuses::text[]) as given (status)
                cross join lateral files_in_state_with_error(:uploadTaskId, :errorCode, given.status, :afterId, :limit) f
                left join worker_node n on n.id = f.node_id
                order by f.id
                limit :limit
                """)
                .param("uploadTaskId", uploadTaskId)
                .param("errorCode", errorCode)
                .param("statuses", statuses.stream().map(TaskStatus::word).toArray(String[]::new))
                .param("afterId", afterId)
                .param("limit", limit)
                .query(FileTask::of)
                .list();
    }

    private static <T extends @Nullable Object> T[] array(
            List<FinishedFile> files, Function<FinishedFile, T> value, IntFunction<T[]> newArray) {
        return files.stream().map(value).toArray(newArray);
    }

    private static @Nullable String[] ofFailures(List<FinishedFile> files, Function<Failure, @Nullable String> value) {
        return array(files, file -> file.failure() == null ? null : value.apply(file.failure()), String[]::new);
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
