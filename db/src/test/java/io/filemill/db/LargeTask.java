package io.filemill.db;

import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.TaskStatus;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A task with many files in all states, for tests of what readers cost: of the first 60 % all are completed but {@link #FAILED} spread over
 * them, then {@link #RUNNING} run, then {@link #LATER} wait for their next attempt, and the rest is ready.
 */
public final class LargeTask {
    public static final int FAILED = 10;
    public static final int RUNNING = 200;
    public static final int LATER = 1000;

    private final TestDatabase db;
    private final UUID id;
    private final UUID node;
    private final int files;

    private LargeTask(TestDatabase db, UUID id, UUID node, int files) {
        this.db = db;
        this.id = id;
        this.node = node;
        this.files = files;
    }

    /** Submits a task and brings it half way. */
    public static LargeTask halfDone(TestDatabase db, String userId, int files) {
        UUID node = db.node();
        db.jdbc
                .sql("update worker_node set slots = 256 where id = :id")
                .param("id", node)
                .update();
        var task = new LargeTask(db, db.submit(userId, files), node, files);
        db.transaction.executeWithoutResult(status -> task.bringHalfWay());
        return task;
    }

    public UUID id() {
        return id;
    }

    /** How many of the files had ended at the beginning. */
    public int ended() {
        return files / 10 * 6;
    }

    /** The id of the file at a place from 0. */
    public long fileAt(int place) {
        return firstId() + place;
    }

    private long firstId() {
        return db.jdbc
                .sql("select id from file_task where upload_task_id = :id order by id limit 1")
                .param("id", id)
                .query(Long.class)
                .single();
    }

    private void bringHalfWay() {
        long first = firstId();
        int spread = ended() / FAILED;
        db.jdbc
                .sql("""
                update file_task
                set status = case when (id - :first) % :spread = 7 then 'failed' else 'completed' end,
                    error_code = case when (id - :first) % :spread = 7 then 'CORRUPT' end,
                    error = case when (id - :first) % :spread = 7 then 'The file is damaged.' end,
                    error_component = case when (id - :first) % :spread = 7 then 'docling' end,
                    error_phase = case when (id - :first) % :spread = 7 then 'parsing' end,
                    error_retryable = case when (id - :first) % :spread = 7 then false end,
                    error_actionable_by = case when (id - :first) % :spread = 7 then 'USER_ACTIONABLE' end,
                    result = case when (id - :first) % :spread <> 7 then '{"status": "indexed", "chunks": 12}'::jsonb end,
                    attempt = 1, node_id = :node, started_at = now(), finished_at = now(), updated_at = now()
                where upload_task_id = :id and id < :first + :ended
                """)
                .param("id", id)
                .param("first", first)
                .param("spread", spread)
                .param("ended", ended())
                .param("node", node)
                .update();
        db.jdbc
                .sql("""
                update file_task
                set status = 'running', attempt = 1, node_id = :node, dispatched_at = now(), started_at = now(), updated_at = now()
                where upload_task_id = :id and id >= :from and id < :from + :running
                """)
                .param("id", id)
                .param("from", first + ended())
                .param("running", RUNNING)
                .param("node", node)
                .update();
        db.jdbc
                .sql("""
                update file_task
                set attempt = 1, retry_count = 1, failure_count = 1, next_attempt_at = now() + interval '1 hour', updated_at = now(),
                    error_code = 'UNAVAILABLE', error = 'The service is busy.', error_component = 'langflow', error_phase = 'embedding',
                    error_retryable = true, error_actionable_by = 'RETRYABLE'
                where upload_task_id = :id and id >= :from and id < :from + :later
                """)
                .param("id", id)
                .param("from", first + ended() + RUNNING)
                .param("later", LATER)
                .update();
        db.jdbc
                .sql("""
                update upload_task
                set status = 'running', started_at = now(), updated_at = now(),
                    processed_files = :ended, successful_files = :ended - :failed, failed_files = :failed
                where id = :id
                """)
                .param("id", id)
                .param("ended", ended())
                .param("failed", FAILED)
                .update();
    }

    /**
     * Dispatches, claims and finishes the next files, each in a transaction of its own as nodes do.
     *
     * @return how many it finished
     */
    public int drain(int files) {
        List<Run> dispatched = db.jdbc
                .sql("""
                with due as (
                    select id from file_task
                    where upload_task_id = :id and status = 'pending' and dispatched_at is null and next_attempt_at <= now()
                    order by next_attempt_at, id
                    limit :files
                    for update skip locked)
                update file_task f
                set dispatched_at = now(), attempt = f.attempt + 1, updated_at = now()
                from due
                where f.id = due.id
                returning f.id, f.attempt
                """)
                .param("id", id)
                .param("files", files)
                .query(Run.class)
                .list();
        db.jdbc
                .sql("""
                update file_task
                set status = 'running', node_id = :node, started_at = now(), updated_at = now()
                where id = any (:ids)
                """)
                .param("node", node)
                .param("ids", dispatched.stream().map(Run::id).toArray(Long[]::new))
                .update();
        return db.fileTasks.finish(dispatched.stream()
                .map(run -> FinishedFile.with(
                        run.id(),
                        run.attempt(),
                        TaskStatus.COMPLETED,
                        JsonNodeFactory.instance.objectNode().put("status", "indexed")))
                .toList());
    }

    private record Run(long id, int attempt) {}
}
