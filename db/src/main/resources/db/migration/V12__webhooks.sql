-- Webhooks, and the outbox of what they are told. The triggers write the outbox in the very transaction that changes a task, whoever makes the
-- change: docs/adr/0026-tell-webhooks-from-an-outbox.md.

create table webhook (
    id                    uuid primary key,
    user_id               text        not null check (user_id <> ''),
    url                   text        not null check (length(url) between 1 and 2048),
    host                  text        not null check (host <> ''),
    events                text[]      not null check (
        cardinality(events) > 0 and events <@ array['task.created', 'task.completed', 'task.cancelled']),
    description           text        not null default '' check (length(description) <= 500),
    secret                text        not null check (secret <> ''),
    previous_secret       text,
    previous_secret_until timestamptz,
    enabled               boolean     not null default true,
    disabled_reason       text check (disabled_reason in ('gone', 'failing')),
    failing_since         timestamptz,
    created_at            timestamptz not null default now(),
    updated_at            timestamptz not null default now(),
    constraint a_previous_secret_ends check ((previous_secret is null) = (previous_secret_until is null)),
    constraint a_reason_belongs_to_a_disabled_one check (disabled_reason is null or not enabled)
);

comment on table webhook is 'Addresses that users want to be told of their tasks';
comment on column webhook.host is 'The host of the address, of which only some are called at the same time';
comment on column webhook.secret is 'What deliveries are signed with, encrypted where the service has a key';
comment on column webhook.previous_secret is 'The one before a rotation, which signs too until previous_secret_until';
comment on column webhook.disabled_reason is 'gone: it answered 410; failing: no delivery succeeded for days; null: its user disabled it, or it is enabled';
comment on column webhook.failing_since is 'The first failed attempt after the last success; null while it works';

create index webhook_of_user on webhook (user_id, created_at, id);

-- No foreign key to webhook: ends of tasks would wait for the deletion of a webhook with very many deliveries.
create table webhook_delivery (
    id              bigint generated always as identity primary key,
    webhook_id      uuid        not null,
    event_id        uuid        not null,
    event_type      text        not null check (event_type in ('task.created', 'task.completed', 'task.cancelled', 'ping')),
    upload_task_id  uuid,
    sequence        integer     not null check (sequence >= 0),
    payload         json        not null,
    status          text        not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
    attempts        integer     not null default 0 check (attempts >= 0),
    failures        integer     not null default 0 check (failures >= 0),
    next_attempt_at timestamptz not null default now(),
    claimed_until   timestamptz,
    last_attempt_at timestamptz,
    response_status integer,
    duration_ms     integer,
    error           text,
    queued_at       timestamptz not null default now(),
    created_at      timestamptz not null default now(),
    delivered_at    timestamptz,
    constraint only_a_ping_has_no_task check ((upload_task_id is null) = (event_type = 'ping')),
    constraint delivered_when_so check ((delivered_at is not null) = (status = 'delivered')),
    constraint claimed_while_pending check (claimed_until is null or status = 'pending')
);

comment on table webhook_delivery is 'What webhooks are told: the outbox, and the log of what became of it';
comment on column webhook_delivery.event_id is 'The same for all webhooks that are told of an event, and for all attempts';
comment on column webhook_delivery.sequence is 'Grows with each event of a task, which a webhook is told of in this order; 0 for a ping';
comment on column webhook_delivery.attempts is 'Fencing token: each claim raises it';
comment on column webhook_delivery.failures is 'Failed attempts since it was queued';
comment on column webhook_delivery.claimed_until is 'Until when a process sends it; after that another one may';
comment on column webhook_delivery.queued_at is 'When it was created or last asked for again; attempts end some days later';

create index webhook_delivery_due on webhook_delivery (webhook_id, next_attempt_at, id) where status = 'pending';
create index webhook_delivery_in_order on webhook_delivery (webhook_id, upload_task_id, sequence) where status = 'pending';
create index webhook_delivery_claimed on webhook_delivery (claimed_until) where claimed_until is not null;
create index webhook_delivery_log on webhook_delivery (webhook_id, id);
create index webhook_delivery_age on webhook_delivery (created_at);

alter table upload_task add column event_sequence integer not null default 1;

comment on column upload_task.event_sequence is 'The number of the last event of the task that a webhook was told of; its creation is 1';

create function webhook_time(at timestamptz) returns text
language sql stable
return to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

create function record_task_event(task upload_task, event text, number integer) returns void
language plpgsql
as $$
declare
    event_id uuid := gen_random_uuid();
    running  integer := 0;
begin
    if task.finished_at is null then
        running := (select count(*) from file_task f where f.upload_task_id = task.id and f.status = 'running');
    end if;
    insert into webhook_delivery (webhook_id, event_id, event_type, upload_task_id, sequence, payload)
    select w.id, event_id, event, task.id, number,
           json_build_object(
               'id', event_id,
               'type', event,
               'timestamp', webhook_time(now()),
               'sequence', number,
               'data', json_build_object(
                   'task_id', task.id,
                   'processor', task.processor,
                   'priority', task.priority,
                   'status', task.status,
                   'outcome', task.outcome,
                   'error', task.error,
                   'total_files', task.total_files,
                   'processed_files', task.processed_files,
                   'successful_files', task.successful_files,
                   'failed_files', task.failed_files,
                   'skipped_files', task.skipped_files,
                   'running_files', running,
                   'pending_files', task.total_files - task.processed_files - running,
                   'duplicates_ignored', task.duplicates_ignored,
                   'preparing', task.prepared_at is null,
                   'created_at', webhook_time(task.created_at),
                   'started_at', webhook_time(task.started_at),
                   'updated_at', webhook_time(task.updated_at),
                   'finished_at', webhook_time(task.finished_at)))
    from webhook w
    where w.user_id = task.user_id and w.enabled and event = any (w.events);
    perform pg_notify('filemill_webhook', '');
end
$$;

comment on function record_task_event is 'Puts an event of a task into the outbox, once for each webhook of its user that asks for it';

create function record_task_created() returns trigger
language plpgsql
as $$
declare
    task upload_task;
begin
    if exists (select from webhook w where w.user_id = new.user_id and w.enabled and 'task.created' = any (w.events)) then
        select * into task from upload_task where id = new.id;
        if found then
            perform record_task_event(task, 'task.created', 1);
        end if;
    end if;
    return null;
end
$$;

create function record_task_ended() returns trigger
language plpgsql
as $$
declare
    event  text := case when new.outcome = 'cancelled' then 'task.cancelled' else 'task.completed' end;
    number integer;
begin
    if exists (select from webhook w where w.user_id = new.user_id and w.enabled and event = any (w.events)) then
        update upload_task set event_sequence = event_sequence + 1 where id = new.id returning event_sequence into number;
        perform record_task_event(new, event, number);
    end if;
    return null;
end
$$;

-- Deferred, because a task gets its files after its row.
create constraint trigger upload_task_created after insert on upload_task
deferrable initially deferred
for each row execute function record_task_created();

create trigger upload_task_ended after update of finished_at on upload_task
for each row when (old.finished_at is null and new.finished_at is not null)
execute function record_task_ended();
