package io.filemill.db.queue;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The files that are dispatched and that no node has claimed yet. Each method needs the caller's transaction. Safe for use by several
 * threads.
 */
final class Window {
    private final JdbcClient jdbc;

    Window(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Becomes the only feeder, if nobody else is one now. Never waits. */
    boolean tryLock() {
        return jdbc.sql("select pg_try_advisory_xact_lock(hashtext('filemill feeder'))")
                .query(Boolean.class)
                .single();
    }

    /** Waits until nobody feeds, and keeps others from it until the transaction ends; they will see what it has changed. */
    void lock() {
        jdbc.sql("select pg_advisory_xact_lock(hashtext('filemill feeder'))")
                .query((row, number) -> true)
                .single();
    }

    void takeBackAll() {
        takeBack(null, null, null);
    }

    void takeBackOfUser(String userId) {
        takeBack(userId, null, null);
    }

    void takeBackOfProcessor(String processor) {
        takeBack(null, processor, null);
    }

    void takeBackOfTask(UUID uploadTaskId) {
        takeBack(null, null, uploadTaskId);
    }

    /** Their jobs are deleted, or find nothing to claim where a node has fetched them. A file that is being claimed is left alone. */
    private void takeBack(@Nullable String userId, @Nullable String processor, @Nullable UUID uploadTaskId) {
        jdbc.sql("""
                with dispatched as (
                    select f.id
                    from file_task f join upload_task t on t.id = f.upload_task_id
                    where f.status = 'pending' and f.dispatched_at is not null
                      and (:userId::text is null or t.user_id = :userId)
                      and (:processor::text is null or t.processor = :processor)
                      and (:uploadTaskId::uuid is null or t.id = :uploadTaskId)
                    for update of f skip locked),
                taken_back as (
                    update file_task f
                    set dispatched_at = null, updated_at = now()
                    from dispatched
                    where f.id = dispatched.id
                    returning f.id, f.attempt)
                delete from jobrunr_jobs
                where state = 'ENQUEUED'
                  and id in (select file_job_id(id, attempt) from taken_back)
                """)
                .param("userId", userId)
                .param("processor", processor)
                .param("uploadTaskId", uploadTaskId)
                .update();
    }
}
