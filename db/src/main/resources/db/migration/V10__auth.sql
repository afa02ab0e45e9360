-- Who may do what: API keys, tickets of event streams, the tokens of users that processors need, and the log of what was done.

create table api_key (
    id           uuid primary key,
    sha256       bytea       not null unique check (length(sha256) = 32),
    hint         text        not null,
    owner        text        not null check (owner <> '' and length(owner) <= 255),
    name         text        not null default '' check (length(name) <= 255),
    scopes       text[]      not null check (
        cardinality(scopes) > 0 and scopes <@ array['knowledge:upload', 'knowledge:read:own', 'admin']),
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz
);

comment on table api_key is 'Keys that stand for a user; the keys themselves are nowhere';
comment on column api_key.sha256 is 'Of the key, which has 256 random bits: nothing can be guessed from it';
comment on column api_key.hint is 'How the key begins, so that people recognize it';
comment on column api_key.owner is 'The user whose tasks are made and seen with it';
comment on column api_key.last_used_at is 'Written at most once a minute';

create table event_ticket (
    sha256     bytea primary key,
    user_id    text        not null,
    scopes     text[]      not null,
    expires_at timestamptz not null
);

comment on table event_ticket is 'Stand in an address for the credentials of a browser''s event stream, which cannot send headers; for a minute';

create table task_token (
    upload_task_id uuid primary key references upload_task on delete cascade,
    sealed         bytea not null,
    expires_at     timestamptz
);

comment on table task_token is 'The token of the user for whom a task runs, if its processor needs it, until the task ends';
comment on column task_token.sealed is 'AES-256-GCM; the key is a setting and not in the database';

create function wipe_task_token() returns trigger
language plpgsql
as $$
begin
    delete from task_token where upload_task_id = new.id;
    return null;
end
$$;

create trigger token_is_wiped_with_the_end
    after update on upload_task
    for each row when (old.finished_at is null and new.finished_at is not null)
    execute function wipe_task_token();

create table audit_event (
    id          bigint generated always as identity primary key,
    happened_at timestamptz not null default now(),
    user_id     text        not null,
    key_id      uuid,
    client      text        not null,
    action      text        not null check (action ~ '^[a-z]+(\.[a-z]+)+$'),
    subject     text        not null,
    detail      jsonb       not null default '{}' check (jsonb_typeof(detail) = 'object')
);

comment on table audit_event is 'Who changed what, when and from where. Rows are only added; those older than thirty days may be purged';
comment on column audit_event.key_id is 'The API key that the user signed in with, if it was one';
comment on column audit_event.client is 'The address that the request came from, or the user of the machine for what was done without a server';
comment on column audit_event.subject is 'What was changed: the id of a task, a file or a key, or scope and name of a limit';

create index audit_event_of_user on audit_event (user_id, id);
create index audit_event_of_subject on audit_event (subject, id);

create function refuse_change_of_audit() returns trigger
language plpgsql
as $$
begin
    if tg_op = 'DELETE' then
        if current_setting('filemill.purges_audit', true) = 'on' and old.happened_at < now() - interval '30 days' then
            return old;
        end if;
    end if;
    raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
end
$$;

create trigger audit_is_append_only
    before update or delete on audit_event
    for each row execute function refuse_change_of_audit();

create trigger audit_is_not_truncated
    before truncate on audit_event
    for each statement execute function refuse_change_of_audit();
