-- What a reader of a task with failures needs: its causes, with their numbers and an example of each, in one statement.

-- Only failed files have an entry, and without their ids the equal keys of a cause are stored once for many of them.
create index file_task_failures on file_task (upload_task_id, error_code, error_component, error_actionable_by, error_retryable)
    where status = 'failed';

-- The settings leave the planner one way, along the index: once to count, and once for each cause to its first entry. Else, for a task that is
-- younger than its statistics, it reads all failed files.
create function failures_of(task uuid)
returns table (error_code text, error_component text, error_actionable_by text, error_retryable boolean, files bigint,
               example_id bigint, example_filename text, error_phase text, error text)
language sql stable rows 10
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set enable_incremental_sort = off
as $$
    select cause.*, example.*
    from (
        select f.error_code, f.error_component, f.error_actionable_by, f.error_retryable, count(*) as files
        from file_task f
        where f.upload_task_id = task and f.status = 'failed'
        group by f.error_code, f.error_component, f.error_actionable_by, f.error_retryable) cause
    cross join lateral (
        select f.id, f.filename, f.error_phase, f.error
        from file_task f
        where f.upload_task_id = task and f.status = 'failed'
          and f.error_code = cause.error_code and f.error_component = cause.error_component
          and f.error_actionable_by = cause.error_actionable_by and f.error_retryable = cause.error_retryable
        limit 1) example
$$;
