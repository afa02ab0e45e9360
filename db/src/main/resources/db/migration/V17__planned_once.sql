-- What each reader of a task calls. Before version 18, PostgreSQL plans a function in SQL that reads a table or a subquery anew for each statement that
-- calls it, four times as long as the whole read takes; that of a function in PL/pgSQL is kept by the connection.

create or replace function paused_by(task upload_task) returns text
language plpgsql stable
as $$
begin
    if task.paused then
        return 'task';
    end if;
    return (
        select scope from queue_limit
        where paused
          and (scope = 'cluster' or scope = 'user' and name = task.user_id or scope = 'processor' and name = task.processor)
        order by scope
        limit 1);
end
$$;

-- A sum that fades holds the rate times its memory, but less while it is younger than that, which the divisor makes up for.
create or replace function files_per_second(task upload_task) returns double precision
language plpgsql stable
as $$
declare
    seconds double precision := greatest(1, extract(epoch from now() - coalesce(task.counted_from, task.started_at)));
    lately  double precision;
begin
    if task.finished_at is not null or task.counted_at is null then
        return 0;
    end if;
    lately := faded(task.lately_files, task.counted_at, 900) / (900 * (1 - exp(-least(50, seconds / 900))));
    if lately * 30 < 5 then
        return lately;
    end if;
    return faded(task.recent_files, task.counted_at, 30) / (30 * (1 - exp(-least(50, seconds / 30))));
end
$$;
