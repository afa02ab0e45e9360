package io.filemill.db.task;

/** The part of a statement that keeps the counters of upload tasks equal to their files. */
final class Tally {
    /**
     * Adds the files of {@code moved}, which have just become final, to their tasks, and ends a task with its last file, unless
     * more files of it are still being listed. The tasks must be locked already.
     */
    static final String OF_MOVED_FILES = """
            counted as (
                select upload_task_id,
                       count(*) as processed,
                       count(*) filter (where status = 'completed') as successful,
                       count(*) filter (where status = 'failed') as failed,
                       count(*) filter (where status = 'skipped') as skipped
                from moved
                group by upload_task_id),
            tallied as (
                update upload_task t
                set processed_files = t.processed_files + c.processed,
                    successful_files = t.successful_files + c.successful,
                    failed_files = t.failed_files + c.failed,
                    skipped_files = t.skipped_files + c.skipped,
                    status = case when t.processed_files + c.processed = t.total_files and t.prepared_at is not null
                                  then 'completed' else 'running' end,
                    outcome = case
                        when t.processed_files + c.processed < t.total_files or t.prepared_at is null then null
                        when t.failed_files + c.failed = 0 then 'success'
                        when t.failed_files + c.failed = t.total_files then 'failed'
                        else 'partial' end,
                    recent_files = c.processed + faded(t.recent_files, t.counted_at, 30),
                    recent_failed = c.failed + faded(t.recent_failed, t.counted_at, 30),
                    lately_files = c.processed + faded(t.lately_files, t.counted_at, 900),
                    counted_at = now(),
                    started_at = coalesce(t.started_at, now()),
                    finished_at = case when t.processed_files + c.processed = t.total_files and t.prepared_at is not null then now() end,
                    updated_at = now()
                from counted c
                where t.id = c.upload_task_id)
            """;

    private Tally() {}
}
