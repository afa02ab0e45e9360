package io.filemill.db.queue;

import io.filemill.db.queue.Submission.Accepted;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The submissions that clients have named. Safe for use by several threads. */
public final class IdempotencyKeys {
    private final JdbcClient jdbc;

    public IdempotencyKeys(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Reserves a key until the caller's transaction ends, without waiting for another one.
     *
     * @return what was accepted under the key before, or empty if it is new
     */
    Optional<Accepted> begin(String userId, IdempotencyKey key) {
        boolean only = jdbc.sql("select pg_try_advisory_xact_lock(hashtextextended(:userId || ' ' || :key, 0))")
                .param("userId", userId)
                .param("key", key.key())
                .query(Boolean.class)
                .single();
        if (!only) {
            throw new IdempotencyException(IdempotencyException.Reason.IN_FLIGHT);
        }
        return jdbc.sql("""
                select request_sha256 = :requestSha256 as same, upload_task_id, total_files, duplicates_ignored,
                       exists (select from upload_task t where t.id = k.upload_task_id and t.prepared_at is null) as preparing
                from idempotency_key k
                where user_id = :userId and key = :key
                """)
                .param("userId", userId)
                .param("key", key.key())
                .param("requestSha256", key.requestSha256())
                .query((row, number) -> {
                    if (!row.getBoolean("same")) {
                        throw new IdempotencyException(IdempotencyException.Reason.OTHER_REQUEST);
                    }
                    return new Accepted(
                            row.getObject("upload_task_id", UUID.class),
                            row.getInt("total_files"),
                            row.getInt("duplicates_ignored"),
                            true,
                            row.getBoolean("preparing"));
                })
                .optional();
    }

    /** Keeps what was accepted under a key, in the transaction that accepted it. */
    void remember(String userId, IdempotencyKey key, Accepted accepted) {
        jdbc.sql("""
                insert into idempotency_key (user_id, key, request_sha256, upload_task_id, total_files, duplicates_ignored)
                values (:userId, :key, :requestSha256, :uploadTaskId, :totalFiles, :duplicatesIgnored)
                """)
                .param("userId", userId)
                .param("key", key.key())
                .param("requestSha256", key.requestSha256())
                .param("uploadTaskId", accepted.id())
                .param("totalFiles", accepted.totalFiles())
                .param("duplicatesIgnored", accepted.duplicatesIgnored())
                .update();
    }

    /** Forgets keys that are older than the given time; returns how many. */
    public int forgetOlderThan(Duration age) {
        return jdbc.sql("delete from idempotency_key where created_at < now() - make_interval(secs => :age)")
                .param("age", age.toMillis() / 1000.0)
                .update();
    }
}
