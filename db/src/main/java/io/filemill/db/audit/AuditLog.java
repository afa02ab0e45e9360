package io.filemill.db.audit;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The log of who changed what. The database refuses to change or delete its rows. Safe for use by several threads. */
public final class AuditLog {
    /** Younger events cannot be purged. */
    public static final Duration SHORTEST_RETENTION = Duration.ofDays(30);

    private static final int PURGE_BATCH = 1000;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public AuditLog(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /**
     * Makes a change and records it in one transaction, which the change joins: either both are committed or neither is. What the change
     * throws rolls it back. A change that marks the transaction for rollback is not recorded.
     *
     * @param entry what to record of the change's result; empty if it changed nothing
     */
    public <T> T recording(Supplier<T> change, Function<T, Optional<AuditEntry>> entry) {
        return transaction.execute(status -> {
            T result = change.get();
            if (status.isRollbackOnly()) {
                status.setRollbackOnly(); // what the inner one decided would surprise the outer one
            } else {
                entry.apply(result).ifPresent(this::append);
            }
            return result;
        });
    }

    private void append(AuditEntry entry) {
        jdbc.sql("""
                insert into audit_event (user_id, key_id, client, action, subject, detail)
                values (:userId, :keyId, :client, :action, :subject, :detail::jsonb)
                """)
                .param("userId", entry.actor().userId())
                .param("keyId", entry.actor().keyId())
                .param("client", entry.actor().client())
                .param("action", entry.action())
                .param("subject", entry.subject())
                .param("detail", entry.detail().toString())
                .update();
    }

    /**
     * A page of the log, newest first.
     *
     * @param userId only what this user did; null for all
     * @param subject only what was done to this; null for all
     * @param before only events with smaller ids
     */
    public List<AuditEvent> list(@Nullable String userId, @Nullable String subject, long before, int limit) {
        return jdbc.sql("""
                select * from audit_event
                where id < :before
                  and (:userId::text is null or user_id = :userId)
                  and (:subject::text is null or subject = :subject)
                order by id desc
                limit :limit
                """)
                .param("before", before)
                .param("userId", userId)
                .param("subject", subject)
                .param("limit", limit)
                .query(AuditEvent::of)
                .list();
    }

    /**
     * Deletes events that are older than the given age, in small transactions.
     *
     * @param maxAge not less than {@link #SHORTEST_RETENTION}
     * @return how many are gone
     */
    public int purge(Duration maxAge) {
        if (maxAge.compareTo(SHORTEST_RETENTION) < 0) {
            throw new IllegalArgumentException("the audit log keeps events for at least " + SHORTEST_RETENTION);
        }
        int purged = 0;
        int deleted;
        do {
            deleted = transaction.execute(status -> purgeBatch(maxAge));
            purged += deleted;
        } while (deleted == PURGE_BATCH);
        return purged;
    }

    private int purgeBatch(Duration maxAge) {
        String allowed = jdbc.sql("select set_config('filemill.purges_audit', 'on', true)")
                .query(String.class)
                .single();
        assert allowed.equals("on");
        return jdbc.sql("""
                delete from audit_event
                where id in (select id from audit_event order by id limit :batch)
                  and happened_at < now() - make_interval(secs => :maxAge)
                """)
                .param("batch", PURGE_BATCH)
                .param("maxAge", (double) maxAge.toSeconds())
                .update();
    }
}
