package io.filemill.db.key;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Tickets that any replica accepts in the address of an event stream, for a short time. Safe for use by several threads. */
public final class EventTickets {
    /** How long a ticket opens streams. */
    public static final Duration VALID = Duration.ofSeconds(60);

    private final JdbcClient jdbc;
    private final Secrets secrets = new Secrets();

    public EventTickets(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Whom a ticket stands for. */
    public record Holder(String userId, List<String> scopes) {
        public Holder {
            scopes = List.copyOf(scopes);
        }
    }

    /** Makes a ticket, and forgets those that have expired. */
    public String create(Holder holder) {
        String ticket = secrets.next();
        jdbc.sql("""
                with expired as (
                    delete from event_ticket where expires_at < now())
                insert into event_ticket (sha256, user_id, scopes, expires_at)
                values (:sha256, :userId, :scopes, now() + make_interval(secs => :seconds))
                """)
                .param("sha256", Secrets.sha256(ticket))
                .param("userId", holder.userId())
                .param("scopes", holder.scopes().toArray(String[]::new))
                .param("seconds", (double) VALID.toSeconds())
                .update();
        return ticket;
    }

    /** Whom the ticket stands for, if it has not expired. */
    public Optional<Holder> find(String ticket) {
        return jdbc.sql("select user_id, scopes from event_ticket where sha256 = :sha256 and expires_at > now()")
                .param("sha256", Secrets.sha256(ticket))
                .query((row, number) -> new Holder(row.getString("user_id"), ApiKey.scopes(row)))
                .optional();
    }
}
