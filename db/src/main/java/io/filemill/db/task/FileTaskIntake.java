package io.filemill.db.task;

import io.filemill.db.failure.Failure;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.util.PSQLState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Writes the files of new tasks as pending, due at once, in the order in which they are given. Each method needs the transaction that
 * inserted the task, but {@link #committed}. Safe for use by several threads.
 */
public final class FileTaskIntake {
    private static final Logger LOG = LoggerFactory.getLogger(FileTaskIntake.class);
    private static final String SIGNATURE = "PGCOPY\n\u00ff\r\n\0";
    private static final int BUFFER_BYTES = 1 << 20;
    /** So few files are found fast whatever PostgreSQL believes. */
    private static final int WORTH_A_LOOK = 1000;

    private final JdbcTemplate template;
    private final JdbcClient jdbc;
    private final AtomicInteger unseen = new AtomicInteger();

    /**
     * @param dataSource the one of the transactions
     */
    public FileTaskIntake(DataSource dataSource) {
        this.template = new JdbcTemplate(dataSource);
        this.jdbc = JdbcClient.create(template);
    }

    /**
     * Tells that files are committed. Where PostgreSQL's statistics are of fewer files than are new, as after a purge of all, or of a table half as large, they
     * are taken anew at once, which takes a tenth of a second: until its own turn, once a minute, each statement would be planned for a handful of files.
     * Nothing is done within a transaction, and a failure is logged only.
     */
    public void committed(int files) {
        int added = unseen.addAndGet(files);
        if (added < WORTH_A_LOOK || TransactionSynchronizationManager.isActualTransactionActive()) {
            return;
        }
        unseen.set(0);
        try {
            if (isUnderestimated(added)) {
                jdbc.sql("analyze (skip_locked) file_task").update();
            }
        } catch (DataAccessException e) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("The table of files could not be analysed");
        }
    }

    private boolean isUnderestimated(int added) {
        return jdbc.sql("""
                select reltuples < :added or pg_relation_size(oid) > 2 * relpages::bigint * current_setting('block_size')::integer
                from pg_class where oid = 'file_task'::regclass
                """).param("added", added).query(Boolean.class).single();
    }

    /**
     * Inserts files whatever the task has already.
     *
     * @return how many were new; the others named an item that the task already has
     */
    public int insert(UUID uploadTaskId, List<NewFileTask> files) {
        return jdbc.sql("""
                insert into file_task (upload_task_id, item, filename, stored_as, size_bytes, sha256)
                select :uploadTaskId, item, filename, stored_as, size_bytes, sha256
                from unnest(:items::text[], :filenames::text[], :storedAs::text[], :sizes::bigint[], :sha256s::text[])
                    with ordinality as given (item, filename, stored_as, size_bytes, sha256, ordinal)
                order by ordinal
                on conflict (upload_task_id, item) do nothing
                """)
                .param("uploadTaskId", uploadTaskId)
                .param("items", files.stream().map(NewFileTask::item).toArray(String[]::new))
                .param("filenames", files.stream().map(NewFileTask::filename).toArray(String[]::new))
                .param("storedAs", files.stream().map(NewFileTask::storedAs).toArray(String[]::new))
                .param("sizes", files.stream().map(NewFileTask::sizeBytes).toArray(Long[]::new))
                .param("sha256s", files.stream().map(NewFileTask::sha256).toArray(String[]::new))
                .update();
    }

    /**
     * Inserts failed files, which no node has tried, whatever the task has already. The caller counts them as processed.
     *
     * @return how many were new
     */
    public int insertFailed(UUID uploadTaskId, List<FailedIntake> files) {
        if (files.isEmpty()) {
            return 0;
        }
        return jdbc.sql("""
                insert into file_task (upload_task_id, item, filename, status, finished_at, error_code, error_component, error_phase,
                                       error_retryable, error_actionable_by, error)
                select :uploadTaskId, item, filename, 'failed', now(), code, component, phase, retryable, actionable_by, error
                from unnest(:items::text[], :filenames::text[], :codes::text[], :components::text[], :phases::text[],
                            :retryables::boolean[], :actionableBys::text[], :errors::text[])
                    with ordinality as given (item, filename, code, component, phase, retryable, actionable_by, error, ordinal)
                order by ordinal
                on conflict (upload_task_id, item) do nothing
                """)
                .param("uploadTaskId", uploadTaskId)
                .param("items", texts(files, FailedIntake::item))
                .param("filenames", texts(files, FailedIntake::filename))
                .param("codes", texts(files, file -> file.failure().code()))
                .param(
                        "components",
                        texts(files, file -> file.failure().component().word()))
                .param("phases", texts(files, file -> file.failure().phase().word()))
                .param(
                        "retryables",
                        files.stream().map(file -> file.failure().retryable()).toArray(Boolean[]::new))
                .param(
                        "actionableBys",
                        texts(files, file -> file.failure().actionableBy().name()))
                .param("errors", texts(files, file -> file.failure().message()))
                .update();
    }

    /**
     * A file that was found but cannot be run.
     *
     * @param filename the name to show to people
     */
    public record FailedIntake(String item, String filename, Failure failure) {}

    private static String[] texts(List<FailedIntake> files, Function<FailedIntake, String> value) {
        return files.stream().map(value).toArray(String[]::new);
    }

    /**
     * Inserts many files faster than {@link #insert}, all or none of them.
     *
     * @return false, with nothing inserted and the transaction as it was, if one of them names an item that the task or another of them has
     */
    public boolean copy(UUID uploadTaskId, List<NewFileTask> files) {
        return Boolean.TRUE.equals(template.execute((ConnectionCallback<Boolean>) connection -> {
            Savepoint before = connection.setSavepoint();
            boolean distinct = copied(connection, uploadTaskId, files);
            if (!distinct) {
                connection.rollback(before);
            }
            connection.releaseSavepoint(before);
            return distinct;
        }));
    }

    private static boolean copied(Connection connection, UUID uploadTaskId, List<NewFileTask> files)
            throws SQLException {
        byte[] rows = rows(uploadTaskId, files);
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("""
                copy file_task (upload_task_id, item, filename, stored_as, size_bytes, sha256)
                from stdin (format binary)
                """);
        try {
            copy.writeToCopy(rows, 0, rows.length);
            long ignored = copy.endCopy();
            return true;
        } catch (SQLException e) {
            if (PSQLState.UNIQUE_VIOLATION.getState().equals(e.getSQLState())) {
                return false;
            }
            throw e;
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    /** The rows in PostgreSQL's binary format of COPY. */
    private static byte[] rows(UUID uploadTaskId, List<NewFileTask> files) {
        var bytes = new ByteArrayOutputStream(BUFFER_BYTES);
        try (var out = new DataOutputStream(bytes)) {
            out.write(SIGNATURE.getBytes(StandardCharsets.ISO_8859_1));
            out.writeInt(0); // no flags
            out.writeInt(0); // no extension of the header
            for (NewFileTask file : files) {
                out.writeShort(6); // columns
                out.writeInt(2 * Long.BYTES);
                out.writeLong(uploadTaskId.getMostSignificantBits());
                out.writeLong(uploadTaskId.getLeastSignificantBits());
                write(out, file.item());
                write(out, file.filename());
                write(out, file.storedAs());
                write(out, file.sizeBytes());
                write(out, file.sha256());
            }
            out.writeShort(-1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, @Nullable String text) throws IOException {
        if (text == null) {
            out.writeInt(-1);
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static void write(DataOutputStream out, @Nullable Long number) throws IOException {
        if (number == null) {
            out.writeInt(-1);
            return;
        }
        out.writeInt(Long.BYTES);
        out.writeLong(number);
    }
}
