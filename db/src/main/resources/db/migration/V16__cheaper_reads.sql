-- Every statement reads few rows of files by an index. Where the planner believes in many, to start parallel workers takes ten times as long as to read them.
alter table file_task set (parallel_workers = 0);

-- As in version 7, but the oldest file is looked for once.

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
oldest as materialized (                 -- each look passes over the files that started since the last vacuum, and two columns tell of it
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
