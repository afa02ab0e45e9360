-- Tasks whose files are still being listed by a node, in pages, so that a listing goes on where another node left it.

alter table upload_task
    add column prepared_at timestamptz default now(),
    add constraint prepared_when_final check (finished_at is null or prepared_at is not null);

comment on column upload_task.prepared_at is 'Null while a node still lists files of the task; until then total_files grows and the task does not end by itself';
comment on column upload_task.status is 'pending: no file has started; running; completed: every file is final; failed: the task was cancelled, or its listing found no file';

create index upload_task_preparing on upload_task (created_at) where prepared_at is null;

create table task_listing (
    upload_task_id uuid primary key references upload_task on delete cascade,
    roots          text[]      not null,
    number         integer     not null default 0 check (number >= 0),
    position       text[]      not null default '{}',
    linked_folders text[]      not null default '{}',
    ignored_files  bigint      not null default 0 check (ignored_files >= 0),
    ignored        jsonb       not null default '[]' check (jsonb_typeof(ignored) = 'array'),
    claim          integer     not null default 0,
    node_id        uuid,
    listed_at      timestamptz not null default now()
);

comment on table task_listing is 'How far the listing of a task''s folders has come, for tasks that were accepted before theirs had ended';
comment on column task_listing.roots is 'Real paths of the ingest roots at the time of the request; links that leave them are not followed';
comment on column task_listing.number is 'The source that is being listed';
comment on column task_listing.position is 'Names from the folder of the source to the entry that was met last; an empty one at the end stands for a folder that is open';
comment on column task_listing.linked_folders is 'Folders that links have led to in this source, each of which is listed once';
comment on column task_listing.ignored is 'The first entries that were left out on purpose, with the reasons';
comment on column task_listing.claim is 'Fencing token: each claim by a node raises it';
comment on column task_listing.node_id is 'The node that lists, or null';

create table task_listing_source (
    upload_task_id uuid    not null references task_listing on delete cascade,
    number         integer not null,
    folder         text    not null,
    glob           text,
    primary key (upload_task_id, number)
);

comment on table task_listing_source is 'Folders and globs that a task''s files come from, in order';

create view filemill_preparing as
select count(*) as tasks from upload_task where prepared_at is null;

comment on view filemill_preparing is 'How many tasks wait for a node that lists their files, or are being listed; docs/autoscaling.md';
