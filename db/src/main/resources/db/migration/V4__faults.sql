-- What is remembered of failures: who can act on them, the attempts before the current one, content that failed, and keys of submissions.

alter table upload_task
    add column timeout_seconds       integer check (timeout_seconds > 0),
    add column stall_timeout_seconds integer check (stall_timeout_seconds > 0),
    add column max_attempts          integer check (max_attempts between 1 and 100);

comment on column upload_task.timeout_seconds is 'How long one run of a file may take; null for the setting of the node';
comment on column upload_task.stall_timeout_seconds is 'How long a run may make no progress; null for the setting of the node';
comment on column upload_task.max_attempts is 'How often a file is tried whose failures may pass; null for the setting of the node';

alter table file_task
    add column failure_count       integer not null default 0 check (failure_count >= 0),
    add column error_component     text check (error_component in ('docling', 'langflow', 'openrag', 'opensearch')),
    add column error_phase         text check (error_phase in ('file_validation', 'parsing', 'chunking', 'embedding', 'indexing', 'cancelled', 'unknown')),
    add column error_retryable     boolean,
    add column error_actionable_by text check (error_actionable_by in ('USER_ACTIONABLE', 'ADMIN_ACTIONABLE', 'RETRYABLE'));

update file_task
set error_component = 'openrag', error_phase = case error_code when 'CANCELLED' then 'cancelled' else 'unknown' end,
    error_retryable = error_code in ('UNAVAILABLE', 'UNREADABLE', 'INTERNAL_ERROR'), error_actionable_by = 'USER_ACTIONABLE'
where error_code is not null;

alter table file_task add constraint failures_are_typed check (
    num_nonnulls(error_code, error, error_component, error_phase, error_retryable, error_actionable_by) in (0, 6));

comment on column file_task.retry_count is 'Failed attempts that were followed by another one, whoever asked for it';
comment on column file_task.failure_count is 'Failed attempts since the file was submitted or a user last asked for a retry; the limit on attempts bounds it';
comment on column file_task.error_component is 'The part that failed, in OpenRAG''s words: docling reads files, langflow is the flow, openrag the service, opensearch the index';
comment on column file_task.error_retryable is 'Whether the same file may succeed without a change to it';

create index file_task_quarantined on file_task (id)
    where status = 'failed' and error_code in ('QUARANTINED', 'PARSER_CRASHED', 'OUT_OF_MEMORY');

create table file_attempt (
    file_task_id        bigint      not null references file_task on delete cascade,
    attempt             integer     not null,
    node                text,
    started_at          timestamptz,
    ended_at            timestamptz not null default now(),
    ended               text        not null check (ended in ('failed', 'postponed', 'released', 'crashed', 'cancelled')),
    error_code          text,
    error_component     text,
    error_phase         text,
    error_retryable     boolean,
    error_actionable_by text,
    error               text,
    primary key (file_task_id, attempt)
);

comment on table file_attempt is 'Runs of a file that were followed by another one; the current or last run is in file_task';
comment on column file_attempt.ended is 'failed; postponed: a service asked to come back later; released: the node gave the file back; crashed: the node died; cancelled';

create table failed_content (
    user_id      text        not null,
    processor    text        not null,
    sha256       text        not null,
    file_task_id bigint      not null,
    filename     text        not null,
    error_code   text        not null,
    error        text        not null,
    failed_at    timestamptz not null default now(),
    primary key (user_id, processor, sha256)
);

comment on table failed_content is 'Content that failed in a way that a retry does not cure, for tasks that skip what failed before; outlives the tasks';

create table idempotency_key (
    user_id            text        not null,
    key                text        not null check (length(key) between 1 and 255),
    request_sha256     text        not null,
    upload_task_id     uuid        not null,
    total_files        integer     not null,
    duplicates_ignored integer     not null,
    created_at         timestamptz not null default now(),
    primary key (user_id, key)
);

comment on table idempotency_key is 'Submissions by the key that the client gave them, so that a repeated one is answered with the task of the first';

create index idempotency_key_age on idempotency_key (created_at);
