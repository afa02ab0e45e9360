-- A job of a file is inserted, fetched once and deleted. Each index that JobRunr brings along would have to follow that; these are the ones
-- that a statement needs. JobRunrSchemaIT names the difference from JobRunr's own schema.

drop index jobrunr_state_idx;          -- jobrunr_jobs_state_updated_idx begins with the state
drop index jobrunr_job_created_at_idx; -- the dashboard alone sorts by it
drop index jobrunr_job_signature_idx;  -- read once, when a server becomes the master
drop index jobrunr_job_scheduled_at_idx;
drop index jobrunr_job_rci_idx;

create index jobrunr_job_scheduled_at_idx on jobrunr_jobs (scheduledat) where scheduledat is not null;
create index jobrunr_job_rci_idx on jobrunr_jobs (recurringjobid) where recurringjobid is not null;
