-- What monitoring needs: the trace that a task belongs to, and whether counters equal the rows that they count.

alter table upload_task add column traceparent text check (length(traceparent) <= 55);
comment on column upload_task.traceparent is 'The W3C trace context of the request that submitted it; null unless that was sampled';

create table counter_check (
    only_row       boolean     primary key default true check (only_row),
    checked_at     timestamptz not null default '-infinity',
    drifting_tasks integer     not null default 0 check (drifting_tasks >= 0)
);
comment on table counter_check is 'One row: when the counters of tasks were last compared with their files, and how many tasks differed. It must be 0.';

insert into counter_check default values;
