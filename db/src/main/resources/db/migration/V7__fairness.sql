-- Who is served next and how much: what users were given lately, limits and rates, pauses, and times before which a task does not start.

alter table upload_task
    add column not_before   timestamptz,
    add column paused       boolean not null default false,
    add column stored_bytes bigint  not null default 0 check (stored_bytes >= 0);

comment on column upload_task.not_before is 'No file of the task starts before; null for at once';
comment on column upload_task.paused is 'No file of the task starts as long as this is true; those that run go on';
comment on column upload_task.stored_bytes is 'Bytes that were uploaded for the task and are kept in the file store';

update upload_task t
set stored_bytes = coalesce((select sum(size_bytes) from file_task f where f.upload_task_id = t.id and f.stored_as is not null), 0)
where finished_at is null;

create table user_share (
    user_id    text primary key,
    used       double precision not null check (used >= 0),
    counted_at timestamptz      not null
) with (fillfactor = 50);

comment on table user_share is 'How many files each user was given lately, so that those who got little come first; older ones count less and less';
comment on column user_share.used is 'Files, as of counted_at; fades away within seconds';

create table queue_limit (
    scope            text not null check (scope in ('cluster', 'user', 'processor', 'sink')),
    name             text not null check (name <> '' and length(name) <= 255),
    paused           boolean not null default false,
    max_running      integer check (max_running > 0),
    rate_per_second  double precision check (rate_per_second > 0 and rate_per_second <= 1000000),
    burst            double precision check (burst >= 1 and burst <= 1000000),
    max_queued_files bigint check (max_queued_files >= 0),
    max_queued_bytes bigint check (max_queued_bytes >= 0),
    updated_at       timestamptz not null default now(),
    primary key (scope, name),
    constraint the_cluster_has_no_name check (scope <> 'cluster' or name = '*'),
    constraint everybody_is_paused_by_the_cluster check (not paused or (scope <> 'sink' and (scope = 'cluster' or name <> '*'))),
    constraint runs_are_limited_for_users_and_processors check (max_running is null or scope in ('user', 'processor')),
    constraint the_cluster_has_no_rate check (rate_per_second is null or scope <> 'cluster'),
    constraint a_burst_belongs_to_a_rate check (burst is null or rate_per_second is not null),
    constraint the_queue_is_limited_for_users_and_the_cluster check (
        num_nonnulls(max_queued_files, max_queued_bytes) = 0 or scope in ('cluster', 'user'))
);

comment on table queue_limit is 'Limits and pauses. The name * stands for each user, processor or sink that has no limit of its own';
comment on column queue_limit.max_running is 'Files that may be dispatched or running at the same time';
comment on column queue_limit.rate_per_second is 'Files, or permits of a sink, on average';
comment on column queue_limit.burst is 'How many may come at once after a pause; null for a quarter of a second''s worth';
comment on column queue_limit.max_queued_files is 'Files that have not ended; a submission beyond it is refused';
comment on column queue_limit.max_queued_bytes is 'Uploaded bytes of tasks that have not ended; a submission beyond it is refused';

create table queue_bucket (
    scope       text             not null,
    name        text             not null,
    tokens      double precision not null,
    refilled_at timestamptz      not null,
    primary key (scope, name)
) with (fillfactor = 50);

comment on table queue_bucket is 'What is left of each rate; no row stands for a full bucket';
comment on column queue_bucket.tokens is 'As of refilled_at; below zero for what was promised in advance';

create function paused_by(task upload_task) returns text
language sql stable
as $$
    select case
        when task.paused then 'task'
        else (
            select scope from queue_limit
            where paused
              and (scope = 'cluster' or scope = 'user' and name = task.user_id or scope = 'processor' and name = task.processor)
            order by scope
            limit 1) end
$$;

comment on function paused_by is 'What keeps the files of a task from starting: task, user, processor or cluster; null for nothing';

create or replace view filemill_queue as
with paused as (
    select scope, name from queue_limit where paused),
unfinished as (
    select id, total_files - processed_files as files,
           paused or exists (select from paused where scope = 'cluster')
                  or user_id in (select name from paused where scope = 'user')
                  or processor in (select name from paused where scope = 'processor') as is_paused,
           coalesce(not_before > now(), false) as is_later
    from upload_task
    where finished_at is null),
running as (
    select node_id, upload_task_id, count(*) as files
    from file_task
    where status = 'running'
    group by node_id, upload_task_id),
running_of_task as (
    select upload_task_id, sum(files) as files
    from running
    group by upload_task_id),
waiting as (
    select u.id, u.files - coalesce(r.files, 0) as files, u.is_paused, not u.is_paused and u.is_later as is_later
    from unfinished u left join running_of_task r on r.upload_task_id = u.id),
later as (                               -- the limits bound the cost when very many files wait for their time
    select f.id
    from waiting w
    cross join lateral (
        select id from file_task
        where upload_task_id = w.id and status = 'pending' and dispatched_at is null and next_attempt_at > now()
        order by next_attempt_at
        limit 20000) f
    where not w.is_paused and not w.is_later
    limit 20000),
oldest as (
    select least(
        (select min(f.next_attempt_at)
         from waiting w
         cross join lateral (
             select next_attempt_at from file_task
             where upload_task_id = w.id and status = 'pending' and dispatched_at is null and next_attempt_at <= now()
             order by next_attempt_at
             limit 1) f
         where not w.is_paused and not w.is_later),
        (select min(next_attempt_at) from file_task where status = 'pending' and dispatched_at is not null)) as due_at),
pending as (
    select coalesce(sum(files) filter (where not is_paused and not is_later), 0) as due,
           coalesce(sum(files) filter (where is_later), 0)                       as later,
           coalesce(sum(files) filter (where is_paused), 0)                      as paused
    from waiting),
busy as (
    select node_id, sum(files) as files
    from running
    group by node_id),
node as (
    select case when n.status <> 'stopped' and n.lease_expires_at < now() then 'lost' else n.status end as status,
           n.slots, coalesce(b.files, 0) as busy
    from worker_node n left join busy b on b.node_id = n.id)
select (pending.due - later.files)::bigint                                                          as ready,
       (select coalesce(sum(files), 0)::bigint from running)                                        as running,
       (later.files + pending.later)::bigint                                                        as pending_later,
       coalesce(extract(epoch from now() - oldest.due_at), 0)::double precision                     as oldest_ready_age_seconds,
       (select coalesce(sum(slots), 0) from node where status = 'active')                           as slots_total,
       (select coalesce(sum(greatest(slots - busy, 0)), 0)::bigint from node where status = 'active') as slots_free,
       (select count(*) from node where status = 'active')                                          as nodes_active,
       (select count(*) from node where status = 'draining')                                        as nodes_draining,
       (select count(*) from node where status = 'lost')                                            as nodes_lost,
       (select count(*) from node where status = 'stopped')                                         as nodes_stopped,
       oldest.due_at                                                                                as oldest_ready_at,
       pending.paused::bigint                                                                       as paused
from pending
cross join (select count(*) as files from later) later
cross join oldest;

comment on column filemill_queue.pending_later is 'Files that wait for their time: of their next attempt, counted up to 20 000, more count as ready; or of their task';
comment on column filemill_queue.paused is 'Files that wait until their task, their user, their processor or the cluster is resumed';
