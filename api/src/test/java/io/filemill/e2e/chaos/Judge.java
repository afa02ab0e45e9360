package io.filemill.e2e.chaos;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Sits inside the database as triggers and judges every single change of a row, also those between two looks of the watcher. It writes
 * only when a change breaks a rule.
 */
final class Judge {
    private final JdbcClient jdbc;

    Judge(String url) {
        this.jdbc = JdbcClient.create(new DriverManagerDataSource(url));
    }

    /** Needs the product's tables, before the first row is in them. */
    void takeSeat() {
        jdbc.sql("""
                create schema chaos;
                create table chaos.verdict (
                    at timestamptz not null default clock_timestamp(), what text not null, was jsonb not null, became jsonb not null);
                create table chaos.reopened (
                    at timestamptz not null default clock_timestamp(), upload_task_id uuid not null, file_task_id bigint not null);

                create function chaos.judge_file() returns trigger language plpgsql as $$
                declare
                    is_final boolean := new.finished_at is not null;
                    was_final boolean := old.finished_at is not null;
                    is_reopened boolean := old.status = 'failed' and new.status = 'pending';
                    is_dispatched boolean := new.attempt > old.attempt;
                    verdict text := case
                        when (new.id, new.upload_task_id, new.item) is distinct from (old.id, old.upload_task_id, old.item)
                            then 'a file became another one'
                        when was_final and not is_reopened then 'a final file changed'
                        when new.attempt < old.attempt then 'an attempt went back'
                        when is_dispatched and not is_reopened
                             and (new.attempt <> old.attempt + 1 or new.status not in ('pending', 'running') or new.dispatched_at is null
                               or old.status <> 'pending' or old.dispatched_at is not null)
                            then 'an attempt began before the last one was over'
                        when new.status = 'running' and old.status = 'pending' and old.dispatched_at is null and not is_dispatched
                            then 'a file was claimed that was not dispatched'
                        when new.status = 'running' and is_dispatched and old.crash_count > 0
                            then 'a file whose node died was taken before it ran'
                        when new.status = 'running' and old.status = 'pending'
                             and not exists (select from worker_node n where n.id = new.node_id and n.lease_expires_at > now())
                            then 'a file was claimed by a node without a lease'
                        when old.status = 'running' and (new.status = 'running' or is_final)
                             and (new.attempt, new.node_id) is distinct from (old.attempt, old.node_id)
                            then 'a running file changed hands'
                        when new.status in ('completed', 'skipped') and old.status <> 'running'
                            then 'a file ended well that did not run'
                    end;
                begin
                    if verdict is not null then
                        insert into chaos.verdict (what, was, became) values (verdict, to_jsonb(old), to_jsonb(new));
                    end if;
                    if is_reopened then
                        insert into chaos.reopened (upload_task_id, file_task_id) values (new.upload_task_id, new.id);
                    end if;
                    return null;
                end $$;

                create function chaos.judge_task() returns trigger language plpgsql as $$
                declare
                    is_reopened boolean := new.finished_at is null;
                    verdict text := case
                        when (new.id, new.user_id, new.processor) is distinct from (old.id, old.user_id, old.processor)
                            then 'a task became another one'
                        when old.total_files > 0 and new.total_files <> old.total_files then 'a task changed its size'
                        when old.finished_at is not null and not is_reopened then 'a final task changed'
                    end;
                begin
                    if verdict is not null then
                        insert into chaos.verdict (what, was, became) values (verdict, to_jsonb(old), to_jsonb(new));
                    end if;
                    return null;
                end $$;

                create function chaos.judge_deletion() returns trigger language plpgsql as $$
                begin
                    insert into chaos.verdict (what, was, became) values ('a row was deleted', to_jsonb(old), 'null');
                    return null;
                end $$;

                create trigger judge_file after update on file_task
                    for each row when (old.* is distinct from new.*) execute function chaos.judge_file();
                create trigger judge_task after update on upload_task
                    for each row when (old.* is distinct from new.*) execute function chaos.judge_task();
                create trigger judge_deletion after delete on file_task
                    for each row execute function chaos.judge_deletion();
                create trigger judge_deletion after delete on upload_task
                    for each row execute function chaos.judge_deletion();
                """).update();
    }

    /** Failed files went back to pending so often, by the task. */
    Map<UUID, Integer> reopenedFiles() {
        return jdbc
                .sql("select upload_task_id, count(*) as files from chaos.reopened group by upload_task_id")
                .query((row, number) -> Map.entry(row.getObject("upload_task_id", UUID.class), row.getInt("files")))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** What broke a rule. */
    List<String> verdicts() {
        return jdbc.sql("""
                select format('%s at %s: %s became %s', what, at, was, became) from chaos.verdict order by at limit 100
                """).query(String.class).list();
    }
}
