-- What those need who watch: how fast a task goes, which transaction wrote a row, and what the queue was like in the last hours.

-- Changed by the statement that counts the files anyway, and not indexed (docs/adr/0020-vacuum-what-every-file-touches.md).
alter table upload_task
    add column recent_files  double precision not null default 0 check (recent_files >= 0),
    add column recent_failed double precision not null default 0 check (recent_failed >= 0),
    add column lately_files  double precision not null default 0 check (lately_files >= 0),
    add column counted_at    timestamptz,
    add column counted_from  timestamptz;

comment on column upload_task.recent_files is 'Files that ended lately, as of counted_at; each counts for 37 % of one after 30 seconds, and less and less';
comment on column upload_task.recent_failed is 'Those of recent_files that failed';
comment on column upload_task.lately_files is 'The same as recent_files with 15 minutes';
comment on column upload_task.counted_at is 'When files of the task were counted last';
comment on column upload_task.counted_from is 'Since when the files that ended lately are counted; null for since started_at';

-- What is next to nothing becomes nothing, since ever smaller numbers end in an error.
create function faded(amount double precision, counted_at timestamptz, memory_seconds double precision) returns double precision
language sql stable
as $$
    select case
        when amount > 1e-9 then amount * exp(-least(50, greatest(0, extract(epoch from now() - counted_at)) / memory_seconds))
        else 0 end
$$;

comment on function faded is 'What is left now of an amount that fades away: 37 % after memory_seconds';

-- A sum that fades holds the rate times its memory, but less while it is younger than that, which the divisor makes up for.
create function files_per_second(task upload_task) returns double precision
language sql stable
as $$
    select case
        when task.finished_at is not null or task.counted_at is null then 0
        when rate.lately * 30 >= 5 then rate.recent
        else rate.lately end
    from (
        select faded(task.recent_files, task.counted_at, 30) / (30 * (1 - exp(-least(50, age.seconds / 30))))    as recent,
               faded(task.lately_files, task.counted_at, 900) / (900 * (1 - exp(-least(50, age.seconds / 900)))) as lately
        from (
            select greatest(1, extract(epoch from now() - coalesce(task.counted_from, task.started_at)))::double precision as seconds
        ) age) rate
$$;

comment on function files_per_second is
    'How fast the files of a task end: over some 30 seconds, or over some 15 minutes where fewer than 5 end in 30 seconds; 0 once it has ended';

create function transaction_of(written_by xid, next bigint) returns bigint
language sql immutable
as $$
    select next - ((next - written_by::text::bigint) & 4294967295)
$$;

comment on function transaction_of is
    'The number of the transaction that wrote a row (its xmin), which unlike xmin only grows; next: the xmax of the snapshot that sees the row';

create table queue_sample (
    taken_at            timestamptz primary key,
    ready               bigint           not null,
    running             bigint           not null,
    pending_later       bigint           not null,
    paused              bigint           not null,
    slots_total         bigint           not null,
    finished_per_second double precision not null check (finished_per_second >= 0),
    failed_per_second   double precision not null check (failed_per_second >= 0)
);

comment on table queue_sample is 'The figures of filemill_queue every 15 seconds while an API runs, for a day';
comment on column queue_sample.finished_per_second is 'Files of all tasks that ended, over some 30 seconds; failed ones included, those of cancelled tasks not';
