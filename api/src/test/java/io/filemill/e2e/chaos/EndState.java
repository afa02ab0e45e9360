package io.filemill.e2e.chaos;

import io.filemill.e2e.Program;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** What must be true when the faults are over and the work is done. Each method tells what is not. */
final class EndState {
    /** Jobs whose end could not be written down may stay as failed until the purge. */
    private static final int MOST_FAILED_JOBS = 64;

    /** Why a file of the load may fail: it was asked to, it was cancelled, or its node was killed twice under it. */
    private static final Set<String> EXPECTED_ERRORS =
            Set.of("NOOP_FAILURE", "NOOP_UNAVAILABLE", "CANCELLED", "QUARANTINED");

    private static final Pattern OWN_ERROR = Pattern.compile("^\\S+ +ERROR \\d+ --- .*\\] (i|io)\\.f(ilemill)?\\..*");

    private final JdbcClient jdbc;

    EndState(String url) {
        this.jdbc = JdbcClient.create(new DriverManagerDataSource(url));
    }

    /** How many files are not final yet. */
    int unfinishedFiles() {
        return jdbc.sql("select count(*) from file_task where finished_at is null")
                .query(Integer.class)
                .single();
    }

    /** Files by status and error code, as the table shows them. */
    Map<String, Integer> filesByOutcome() {
        return jdbc
                .sql("""
                select status || coalesce(' ' || nullif(error_code, ''), '') as outcome, count(*) as files
                from file_task
                group by outcome
                order by outcome
                """)
                .query((row, number) -> Map.entry(row.getString("outcome"), row.getInt("files")))
                .list()
                .stream()
                .collect(
                        Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Integer::sum, java.util.TreeMap::new));
    }

    /** Every upload is there once, with exactly its files, and nothing else is. */
    List<String> wrongUploads(List<Load.Accepted> accepted) {
        Map<UUID, Set<String>> itemsOfTask = new HashMap<>();
        jdbc.sql("""
                select t.id, coalesce(array_agg(f.item) filter (where f.item is not null), '{}') as items
                from upload_task t left join file_task f on f.upload_task_id = t.id
                group by t.id
                """).query(row -> {
            String[] items = (String[]) row.getArray("items").getArray();
            itemsOfTask.put(row.getObject("id", UUID.class), Set.of(items));
        });
        List<String> wrong = new ArrayList<>();
        for (Load.Accepted upload : accepted) {
            Set<String> items = itemsOfTask.remove(upload.task());
            if (!Set.copyOf(upload.submission().items()).equals(items)) {
                wrong.add(upload.submission() + " was accepted as " + upload.task() + ", which has " + items);
            }
        }
        itemsOfTask.forEach((task, items) -> wrong.add("nobody was told of the task " + task + " with " + items));
        return wrong;
    }

    List<String> wrongRows() {
        return jdbc.sql("""
                with counted as (
                    select upload_task_id as id, count(*) as files,
                           count(*) filter (where status = 'completed') as successful,
                           count(*) filter (where status = 'failed') as failed,
                           count(*) filter (where status = 'skipped') as skipped
                    from file_task group by upload_task_id)
                select 'counters differ from the rows in the end: ' || t.id
                from upload_task t left join counted c using (id)
                where (t.total_files, t.processed_files, t.successful_files, t.failed_files, t.skipped_files)
                      is distinct from (c.files, c.files, c.successful, c.failed, c.skipped)
                union all
                select 'a task is not final: ' || id from upload_task where finished_at is null
                union all
                select format('file %s failed for no good reason: %s, %s', id, error_code, error)
                from file_task where status = 'failed' and error_code <> all (:expected)
                """)
                .param("expected", EXPECTED_ERRORS.toArray(String[]::new))
                .query(String.class)
                .list();
    }

    /** The stored documents are exactly what the completed files say. */
    List<String> wrongDocuments() {
        return jdbc.sql("""
                with stored as (
                    select d.*, (select count(*) from chunk c where c.document_id = d.id) as chunks from document d),
                ended as (
                    select f.*, t.user_id from file_task f join upload_task t on t.id = f.upload_task_id
                    where t.processor = 'document')
                select format('file %s is indexed, but its document is not as it says: %s', f.id, f.result)
                from ended f
                where f.status = 'completed' and not exists (
                    select from stored d
                    where d.user_id = f.user_id and d.sha256 = f.sha256 and f.result ->> 'status' = 'indexed'
                      and f.result ->> 'id' = d.sha256 and (f.result ->> 'chunks')::integer = d.chunks)
                union all
                select format('file %s is skipped as unchanged, but its document is missing: %s', f.id, f.result)
                from ended f
                where f.status = 'skipped' and not exists (
                    select from stored d
                    where d.user_id = f.user_id and d.sha256 = f.sha256 and f.result ->> 'status' = 'unchanged')
                union all
                select format('document %s of %s belongs to file %s, which is %s', d.id, d.filename, d.file_task_id,
                              coalesce(f.status || coalesce(' ' || f.error_code, ''), 'unknown'))
                from stored d left join ended f on f.id = d.file_task_id
                where f.id is null or f.status <> 'completed' or f.sha256 <> d.sha256
                union all
                select format('document %s of %s has no chunks or a gap in them', d.id, d.filename)
                from stored d
                where d.chunks <> (select coalesce(max(ordinal), -2) + 1 from chunk c where c.document_id = d.id)
                """).query(String.class).list();
    }

    /** JobRunr holds nothing that waits, runs or will not go away. */
    List<String> leftoverJobs() {
        return jdbc.sql("""
                select format('%s jobs of JobRunr are %s in the end', count(*), state)
                from jobrunr_jobs
                where state not in ('SUCCEEDED', 'DELETED')
                  and not (state = 'SCHEDULED' and recurringjobid is not null)      -- the next purge
                group by state
                having count(*) > case state when 'FAILED' then :mostFailed else 0 end
                """)
                .param("mostFailed", MOST_FAILED_JOBS)
                .query(String.class)
                .list();
    }

    /** How many rows JobRunr has; those that succeeded stay for ten minutes. */
    int jobs() {
        return jdbc.sql("select count(*) from jobrunr_jobs")
                .query(Integer.class)
                .single();
    }

    /** Parser processes whose worker is gone. */
    static List<String> orphans(Cluster cluster) {
        Set<Long> parents = cluster.all().stream()
                .filter(Program::isAlive)
                .map(Program::pid)
                .collect(Collectors.toSet());
        String parser = cluster.dataDir().resolve("parser").toString();
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(parser))
                .filter(process -> !process.parent()
                        .map(parent -> parents.contains(parent.pid()))
                        .orElse(false))
                .map(process -> "orphan " + process.pid() + ": "
                        + process.info().commandLine().orElse(""))
                .toList();
    }

    /** What our own code called an error; none of the faults is one. */
    static List<String> loggedErrors(Cluster cluster) {
        return cluster.all().stream()
                .flatMap(program -> program.output().lines())
                .filter(line -> OWN_ERROR.matcher(line).matches())
                .map(line -> "logged: " + line)
                .toList();
    }

    static List<String> deadPrograms(Cluster cluster) {
        List<String> names = new ArrayList<>(cluster.workers());
        names.add(Cluster.API);
        return names.stream()
                .filter(name -> !cluster.program(name).isAlive())
                .map(name -> name + " ended by itself")
                .toList();
    }
}
