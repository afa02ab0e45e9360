-- Which job of JobRunr belongs to a file, for the statements that go from files to jobs.

create function file_job_id(file_task_id bigint, attempt integer) returns character
language sql immutable
as $$
    select (lpad(to_hex(file_task_id), 16, '0') || lpad(to_hex(attempt), 16, '0'))::uuid::text::bpchar
$$;

comment on function file_job_id is 'The id of the JobRunr job of an attempt, as FileTaskJob gives it, in the type of jobrunr_jobs.id so that its index serves';
