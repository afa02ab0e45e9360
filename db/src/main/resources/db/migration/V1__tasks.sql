-- The queue of record: upload tasks, their file tasks, and the nodes that run them.
-- Lock order everywhere: upload_task before file_task (docs/adr/0004-lock-the-upload-task-first.md).

create table upload_task (
    id                 uuid primary key,
    user_id            text        not null check (user_id <> ''),
    processor          text        not null check (processor <> ''),
    settings           jsonb       not null default '{}' check (jsonb_typeof(settings) = 'object'),
    priority           smallint    not null default 5 check (priority between 0 and 9),
    status             text        not null default 'pending' check (status in ('pending', 'running', 'completed', 'failed')),
    outcome            text check (outcome in ('success', 'partial', 'failed', 'cancelled')),
    error              text,
    total_files        integer     not null default 0 check (total_files >= 0),
    processed_files    integer     not null default 0,
    successful_files   integer     not null default 0 check (successful_files >= 0),
    failed_files       integer     not null default 0 check (failed_files >= 0),
    skipped_files      integer     not null default 0 check (skipped_files >= 0),
    duplicates_ignored integer     not null default 0 check (duplicates_ignored >= 0),
    created_at         timestamptz not null default now(),
    started_at         timestamptz,
    updated_at         timestamptz not null default now(),
    finished_at        timestamptz,
    purged_at          timestamptz,
    constraint every_file_counted_once check (processed_files = successful_files + failed_files + skipped_files),
    constraint no_more_than_total check (processed_files <= total_files),
    constraint finished_when_final check ((finished_at is not null) = (status in ('completed', 'failed'))),
    constraint outcome_when_final check ((outcome is not null) = (finished_at is not null)),
    constraint final_when_all_processed check (finished_at is null or processed_files = total_files),
    constraint purged_only_when_final check (purged_at is null or finished_at is not null)
);

comment on table upload_task is 'One accepted upload. Its counters move only together with the file rows that they count.';
comment on column upload_task.status is 'pending: no file has started; running; completed: every file is final; failed: the task was cancelled';
comment on column upload_task.outcome is 'What completed hides: success, partial, failed (no file succeeded) or cancelled';
comment on column upload_task.priority is '9 runs before 0';
comment on column upload_task.duplicates_ignored is 'Items that named a file already in the same request';
comment on column upload_task.purged_at is 'Set when the purge begins to delete the task; readers no longer see it';

create index upload_task_of_user on upload_task (user_id, created_at desc, id desc) where purged_at is null;
create index upload_task_active on upload_task (priority desc, created_at) where finished_at is null;
create index upload_task_purgeable on upload_task (finished_at) where finished_at is not null;

create table file_task (
    id              bigint generated always as identity primary key,
    upload_task_id  uuid        not null references upload_task (id),
    item            text        not null check (item <> ''),
    filename        text        not null,
    stored_as       text,
    size_bytes      bigint check (size_bytes >= 0),
    sha256          text check (sha256 ~ '^[0-9a-f]{64}$'),
    status          text        not null default 'pending' check (status in ('pending', 'running', 'completed', 'failed', 'skipped')),
    attempt         integer     not null default 0 check (attempt >= 0),
    retry_count     integer     not null default 0 check (retry_count >= 0),
    crash_count     integer     not null default 0 check (crash_count >= 0),
    next_attempt_at timestamptz not null default now(),
    dispatched_at   timestamptz,
    node_id         uuid,
    result          jsonb,
    error_code      text,
    error           text check (length(error) <= 8192),
    created_at      timestamptz not null default now(),
    started_at      timestamptz,
    updated_at      timestamptz not null default now(),
    finished_at     timestamptz,
    constraint finished_when_final check ((finished_at is not null) = (status in ('completed', 'failed', 'skipped'))),
    constraint a_node_runs_it check (status <> 'running' or (node_id is not null and started_at is not null and dispatched_at is not null)),
    constraint failed_with_a_reason check (status <> 'failed' or (error is not null and error_code is not null)),
    unique (upload_task_id, item)
);

comment on table file_task is 'One file of an upload task: the queue of record. JobRunr holds a job only for the few rows with dispatched_at set.';
comment on column file_task.item is 'As submitted: a path, a name, or any string that the processor understands';
comment on column file_task.stored_as is 'Where the bytes lie in the file store; null if they were not uploaded';
comment on column file_task.attempt is 'Fencing token: each dispatch raises it, and only the holder of the current one may change the row';
comment on column file_task.retry_count is 'Attempts that failed and were followed by another one';
comment on column file_task.crash_count is 'Times that the node died while it ran this file';
comment on column file_task.dispatched_at is 'Set while a JobRunr job exists for the current attempt';
comment on column file_task.node_id is 'The node that runs or ran the current attempt';

create index file_task_due on file_task (upload_task_id, next_attempt_at, id) where status = 'pending' and dispatched_at is null;
create index file_task_dispatched on file_task (dispatched_at) where status = 'pending' and dispatched_at is not null;
create index file_task_running on file_task (upload_task_id) where status = 'running';
create index file_task_in_order on file_task (upload_task_id, id);

create table worker_node (
    id               uuid primary key,
    name             text        not null,
    host             text        not null,
    pid              bigint      not null,
    version          text        not null,
    status           text        not null default 'active' check (status in ('active', 'draining', 'stopped')),
    slots            integer     not null check (slots >= 1),
    cpus             integer     not null check (cpus >= 1),
    memory_bytes     bigint      not null check (memory_bytes > 0),
    gpus             jsonb       not null default '[]' check (jsonb_typeof(gpus) = 'array'),
    capacity_reason  text        not null,
    started_at       timestamptz not null default now(),
    heartbeat_at     timestamptz not null default now(),
    lease_expires_at timestamptz not null
);

comment on table worker_node is 'One row for each worker process. A node whose lease has run out loses its files.';
comment on column worker_node.lease_expires_at is 'By the clock of the database, as every time in these tables';
comment on column worker_node.capacity_reason is 'Why the node has this many slots';
