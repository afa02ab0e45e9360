-- What readers need: pages of files by state and by error at any depth, and the figures of the queue in one row.

-- Takes the place of (upload_task_id, id): as many entries, and a page by state begins where it should.
create index file_task_by_status on file_task (upload_task_id, status, id);
drop index file_task_in_order;

-- Has no entry for a file that never failed.
create index file_task_by_error on file_task (upload_task_id, error_code, status, id) where error_code is not null;

-- The settings leave the planner one way, along the index and no further than the page. Else, for a task that is younger than its statistics, it takes
-- all files of the state and sorts them. Rows are compared, since with "status =" it may walk all ids.
create function files_in_state(task uuid, state text, after bigint, most integer) returns setof file_task
language sql stable rows 100
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set enable_incremental_sort = off
as $$
    select * from file_task
    where upload_task_id = task
      and (status, id) > (state, after) and (status, id) <= (state, 9223372036854775807)
    order by status, id
    limit most
$$;

create function files_in_state_with_error(task uuid, code text, state text, after bigint, most integer) returns setof file_task
language sql stable rows 100
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set enable_incremental_sort = off
as $$
    select * from file_task
    where upload_task_id = task and error_code = code
      and (status, id) > (state, after) and (status, id) <= (state, 9223372036854775807)
    order by status, id
    limit most
$$;

create view filemill_queue as
with unfinished as (
    select id, total_files - processed_files as files
    from upload_task
    where finished_at is null),
running as (
    select node_id, count(*) as files
    from file_task
    where status = 'running'
    group by node_id),
later as (                               -- the limits bound the cost when very many files wait for their time
    select f.id
    from unfinished u
    cross join lateral (
        select id from file_task
        where upload_task_id = u.id and status = 'pending' and dispatched_at is null and next_attempt_at > now()
        order by next_attempt_at
        limit 20000) f
    limit 20000),
oldest as (
    select least(
        (select min(f.next_attempt_at)
         from unfinished u
         cross join lateral (
             select next_attempt_at from file_task
             where upload_task_id = u.id and status = 'pending' and dispatched_at is null and next_attempt_at <= now()
             order by next_attempt_at
             limit 1) f),
        (select min(next_attempt_at) from file_task where status = 'pending' and dispatched_at is not null)) as due_at),
pending as (
    select coalesce((select sum(files) from unfinished), 0) - coalesce((select sum(files) from running), 0) as files),
node as (
    select case when n.status <> 'stopped' and n.lease_expires_at < now() then 'lost' else n.status end as status,
           n.slots, coalesce(r.files, 0) as busy
    from worker_node n left join running r on r.node_id = n.id)
select (pending.files - later.files)::bigint                                                        as ready,
       (select coalesce(sum(files), 0)::bigint from running)                                        as running,
       later.files                                                                                  as pending_later,
       coalesce(extract(epoch from now() - oldest.due_at), 0)::double precision                     as oldest_ready_age_seconds,
       (select coalesce(sum(slots), 0) from node where status = 'active')                           as slots_total,
       (select coalesce(sum(greatest(slots - busy, 0)), 0)::bigint from node where status = 'active') as slots_free,
       (select count(*) from node where status = 'active')                                          as nodes_active,
       (select count(*) from node where status = 'draining')                                        as nodes_draining,
       (select count(*) from node where status = 'lost')                                            as nodes_lost,
       (select count(*) from node where status = 'stopped')                                         as nodes_stopped,
       oldest.due_at                                                                                as oldest_ready_at
from pending
cross join (select count(*) as files from later) later
cross join oldest;

comment on view filemill_queue is 'One row of figures of the whole cluster for autoscalers and monitoring; docs/autoscaling.md';
comment on column filemill_queue.ready is 'Files that a slot could run now, those in JobRunr''s window included';
comment on column filemill_queue.running is 'Files that a node runs';
comment on column filemill_queue.pending_later is 'Files that wait for the time of their next attempt; counted up to 20 000, more count as ready';
comment on column filemill_queue.oldest_ready_age_seconds is 'How long the oldest ready file has been due; 0 when there is none';
comment on column filemill_queue.slots_total is 'Slots of active nodes; draining, lost and stopped ones take no files';
comment on column filemill_queue.slots_free is 'Those of them that run nothing';
comment on column filemill_queue.nodes_lost is 'Nodes whose lease has run out';
comment on column filemill_queue.oldest_ready_at is 'Since when the oldest ready file has been due; null when there is none';
