package io.filemill.db.token;

import java.sql.Timestamp;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The tokens of users, from the submission of a task to its end: the database deletes a task's token in the transaction that ends the task.
 * Safe for use by several threads.
 */
public final class TaskTokens {
    private final JdbcClient jdbc;
    private final SecretCipher cipher;

    /**
     * @throws IllegalArgumentException if the key is not as it should be
     */
    public TaskTokens(JdbcClient jdbc, TokenProperties properties) {
        this.jdbc = jdbc;
        this.cipher = new SecretCipher(properties);
    }

    /** Whether tokens can be kept, that is, whether a key is set. */
    public boolean canKeep() {
        return cipher.hasKey();
    }

    /**
     * Keeps the token of a task in place of an earlier one; does nothing if the task has ended. Joins the caller's transaction, which submits or retries it.
     *
     * @throws IllegalStateException if no key is set
     */
    public void keep(UUID taskId, UserToken token) {
        jdbc.sql("""
                insert into task_token (upload_task_id, sealed, expires_at)
                select id, :sealed, :expiresAt::timestamptz from upload_task where id = :id and finished_at is null
                on conflict (upload_task_id) do update set sealed = excluded.sealed, expires_at = excluded.expires_at
                """)
                .param("id", taskId)
                .param("sealed", cipher.seal(taskId, token.value()))
                .param("expiresAt", token.expiresAt() == null ? null : Timestamp.from(token.expiresAt()))
                .update();
    }

    /**
     * The token of a task, if one is kept and has not expired.
     *
     * @throws IllegalStateException if its key is not set here
     */
    public Optional<UserToken> find(UUID taskId) {
        return jdbc.sql("""
                select sealed, expires_at from task_token
                where upload_task_id = :id and (expires_at is null or expires_at > now())
                """)
                .param("id", taskId)
                .query((row, number) -> {
                    OffsetDateTime expiresAt = row.getObject("expires_at", OffsetDateTime.class);
                    return new UserToken(
                            cipher.open(taskId, row.getBytes("sealed")),
                            expiresAt == null ? null : expiresAt.toInstant());
                })
                .optional();
    }
}
