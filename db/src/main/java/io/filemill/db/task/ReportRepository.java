package io.filemill.db.task;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads what reports of tasks say, and what a report that is submitted again refers to. Safe for use by several threads. */
public final class ReportRepository {
    private final JdbcClient jdbc;

    public ReportRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A page of the files of a task in the order in which they were submitted, each as it is now. Reads at most as many rows per state as
     * the page may have, at any depth, along an index.
     *
     * @param only files in this state, or null for all
     * @param afterId the last id of the page before, or 0
     */
    public List<ReportRow> page(UUID uploadTaskId, @Nullable TaskStatus only, long afterId, int limit) {
        List<TaskStatus> statuses = only == null ? List.of(TaskStatus.values()) : List.of(only);
        return jdbc.sql("""
                select f.id, f.item, f.filename, f.stored_as is not null as uploaded, f.size_bytes, f.sha256, f.status,
                       f.error_code, f.error_component, f.error_phase, f.error_retryable, f.error_actionable_by,
                       left(f.error, :maxMessage) as error,
                       f.retry_count + f.crash_count + (f.started_at is not null and f.status <> 'pending')::int as attempts,
                       case when f.started_at is not null and f.finished_at is not null
                            then round(greatest(0, extract(epoch from f.finished_at - f.started_at)) * 1000)::bigint end as duration_millis,
                       f.finished_at, left(f.result ->> 'id', 1000) as document_id
                from unnest(:statuses::text[]) as given (status)
                cross join lateral files_in_state(:uploadTaskId, given.status, :afterId, :limit) f
                order by f.id
                limit :limit
                """)
                .param("maxMessage", ReportRow.MAX_MESSAGE)
                .param("statuses", statuses.stream().map(TaskStatus::word).toArray(String[]::new))
                .param("uploadTaskId", uploadTaskId)
                .param("afterId", afterId)
                .param("limit", limit)
                .query(ReportRow::of)
                .list();
    }

    /** The uploaded files of a user with ids from the first one to the last one, which both count. Tasks that are being purged have none. */
    public List<UploadedFile> uploaded(String userId, long firstId, long lastId) {
        return jdbc.sql("""
                select f.id, f.stored_as, f.size_bytes, f.sha256
                from file_task f join upload_task t on t.id = f.upload_task_id
                where f.id between :firstId and :lastId and f.stored_as is not null and t.user_id = :userId and t.purged_at is null
                """)
                .param("userId", userId)
                .param("firstId", firstId)
                .param("lastId", lastId)
                .query(UploadedFile.class)
                .list();
    }
}
