package io.filemill.e2e.chaos;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Looks at the rows every 50 ms, as any reader might. A look is one statement, so one snapshot: the tasks that are not final or changed
 * lately with all their files, and once a second every task there is. While the database is away there is nothing to see.
 */
final class Watcher implements AutoCloseable {
    private static final int PERIOD_MILLIS = 50;
    private static final int LOOKS_TO_SEE_ALL = 20;

    private final Journal journal;
    private final SingleConnectionDataSource connection;
    private final JdbcClient jdbc;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final Map<Long, FileRow> seen = new HashMap<>();
    private int looks;
    private volatile int samples;
    private volatile int missed;
    private volatile long filesSeen;

    /** A task with its counters, and the files that it should have counted. */
    private record TaskRow(
            UUID id,
            boolean isFinal,
            int total,
            int processed,
            int successful,
            int failed,
            int skipped,
            List<FileRow> files) {

        long count(String status) {
            return files.stream().filter(file -> file.status.equals(status)).count();
        }

        boolean addsUp() {
            return processed == successful + failed + skipped
                    && processed <= total
                    && (!isFinal || processed == total)
                    && files.size() == total
                    && count("completed") == successful
                    && count("failed") == failed
                    && count("skipped") == skipped;
        }

        @Override
        public String toString() {
            return "task %s: total %d, processed %d = %d + %d + %d, final %s; files: %d, completed %d, failed %d, skipped %d"
                    .formatted(
                            id,
                            total,
                            processed,
                            successful,
                            failed,
                            skipped,
                            isFinal,
                            files.size(),
                            count("completed"),
                            count("failed"),
                            count("skipped"));
        }
    }

    private record FileRow(
            long id,
            String status,
            int attempt,
            @Nullable String finishedAt,
            @Nullable String result,
            @Nullable String error) {

        boolean isFinal() {
            return finishedAt != null;
        }

        /** Whether this may come after the other, seen earlier. A failed file may have been tried again in between. */
        boolean mayFollow(FileRow earlier) {
            return attempt >= earlier.attempt
                    && (!earlier.isFinal() || earlier.status.equals("failed") || equals(earlier));
        }
    }

    Watcher(String url, Journal journal) {
        this.journal = journal;
        this.connection = new SingleConnectionDataSource(url, true);
        this.jdbc = JdbcClient.create(connection);
    }

    void start() {
        var unused = thread.scheduleAtFixedRate(this::lookOrMiss, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** How many looks saw something. */
    int samples() {
        return samples;
    }

    /** How many looks found the database away. */
    int missed() {
        return missed;
    }

    /** How many rows of files were compared. */
    long filesSeen() {
        return filesSeen;
    }

    private void lookOrMiss() {
        try {
            look(looks++ % LOOKS_TO_SEE_ALL == 0);
            samples++;
        } catch (DataAccessException e) {
            missed++;
            connection.resetConnection();
        } catch (RuntimeException e) {
            journal.violation("the watcher failed: " + e);
        }
    }

    private void look(boolean everything) {
        Map<UUID, TaskRow> tasks = new LinkedHashMap<>();
        jdbc.sql("""
                select t.id as task, t.finished_at is not null as final, t.total_files, t.processed_files, t.successful_files,
                       t.failed_files, t.skipped_files,
                       f.id, f.status, f.attempt, f.finished_at, md5(f.result::text) as result, f.error_code
                from upload_task t
                left join file_task f on f.upload_task_id = t.id
                where :everything or t.finished_at is null or t.updated_at > now() - interval '2 seconds'
                order by f.id
                """).param("everything", everything).query(row -> {
            FileRow file = file(row);
            TaskRow task = tasks.get(row.getObject("task", UUID.class));
            if (task == null) {
                task = task(row);
                tasks.put(task.id, task);
            }
            if (file.id != 0) {
                task.files.add(file);
            }
        });
        tasks.values().forEach(this::check);
    }

    private void check(TaskRow task) {
        if (!task.addsUp()) {
            journal.violation("counters differ from the rows: " + task);
        }
        for (FileRow file : task.files) {
            FileRow earlier = seen.put(file.id, file);
            if (earlier != null && !file.mayFollow(earlier)) {
                journal.violation("a final file changed: " + earlier + " became " + file);
            }
        }
        filesSeen += task.files.size();
    }

    private static TaskRow task(ResultSet row) throws SQLException {
        return new TaskRow(
                row.getObject("task", UUID.class),
                row.getBoolean("final"),
                row.getInt("total_files"),
                row.getInt("processed_files"),
                row.getInt("successful_files"),
                row.getInt("failed_files"),
                row.getInt("skipped_files"),
                new ArrayList<>());
    }

    private static FileRow file(ResultSet row) throws SQLException {
        return new FileRow(
                row.getLong("id"),
                row.getString("status") == null ? "" : row.getString("status"),
                row.getInt("attempt"),
                row.getString("finished_at"),
                row.getString("result"),
                row.getString("error_code"));
    }

    @Override
    public void close() throws InterruptedException {
        thread.shutdown();
        boolean ignored = thread.awaitTermination(30, TimeUnit.SECONDS);
        connection.destroy();
    }
}
