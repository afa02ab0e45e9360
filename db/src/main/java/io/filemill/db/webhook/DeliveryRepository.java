package io.filemill.db.webhook;

import io.filemill.db.notification.Channel;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The outbox of webhooks. Triggers of {@code upload_task} fill it in the transaction that changes a task; processes claim what is due for a
 * time, send it and say how it went. Each method is one transaction. Safe for use by several threads and processes.
 */
public final class DeliveryRepository {
    private static final int PURGE_BATCH = 1000;

    private final JdbcClient jdbc;

    public DeliveryRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * How long failures last.
     *
     * @param giveUpAfter how long a delivery is tried
     * @param disableAfter how long a webhook may fail before it is disabled
     */
    public record Patience(Duration giveUpAfter, Duration disableAfter) {}

    /**
     * Takes deliveries that are due, those that wait longest first. Of a task, a webhook is told of one event at a time, in order. What is
     * neither {@link #succeeded} nor {@link #failed} within the lease is due again.
     *
     * @param limit how many at most
     * @param perHost how many may be on their way to one host at the same time, from all processes together
     */
    public List<ClaimedDelivery> claim(int limit, int perHost, Duration lease) {
        return jdbc.sql("""
                with busy as (
                    select w.host, count(*) as deliveries
                    from webhook_delivery d join webhook w on w.id = d.webhook_id
                    where d.claimed_until > now()
                    group by w.host),
                due as (
                    select d.id, d.next_attempt_at, w.host, row_number() over (partition by w.host order by d.next_attempt_at, d.id) as place
                    from webhook w
                    cross join lateral (
                        select * from webhook_delivery d
                        where d.webhook_id = w.id and d.status = 'pending' and d.next_attempt_at <= now()
                          and not exists (
                              select from webhook_delivery earlier
                              where earlier.webhook_id = d.webhook_id and earlier.upload_task_id = d.upload_task_id
                                and earlier.status = 'pending' and earlier.sequence < d.sequence)
                        order by d.next_attempt_at, d.id
                        limit :perHost) d
                    where w.enabled),
                chosen as (
                    select d.id
                    from webhook_delivery d
                    join due on due.id = d.id
                    left join busy on busy.host = due.host
                    where due.place <= :perHost - coalesce(busy.deliveries, 0)
                      and d.status = 'pending' and d.next_attempt_at <= now() -- another process may have claimed it meanwhile
                    order by due.next_attempt_at, due.id
                    limit :limit
                    for update of d skip locked)
                update webhook_delivery d
                set attempts = d.attempts + 1, last_attempt_at = now(), claimed_until = now() + make_interval(secs => :lease),
                    next_attempt_at = now() + make_interval(secs => :lease)
                from chosen c, webhook w
                where d.id = c.id and w.id = d.webhook_id
                returning d.id, d.attempts, d.failures, d.webhook_id, d.event_id, d.payload, w.url, w.secret,
                          case when w.previous_secret_until > now() then w.previous_secret end as previous_secret, now() as claimed_at
                """)
                .param("perHost", perHost)
                .param("limit", limit)
                .param("lease", seconds(lease))
                .query(DeliveryRepository::claimed)
                .list();
    }

    private static ClaimedDelivery claimed(ResultSet row, int rowNumber) throws SQLException {
        return new ClaimedDelivery(
                row.getLong("id"),
                row.getInt("attempts"),
                row.getInt("failures"),
                row.getObject("webhook_id", UUID.class),
                row.getObject("event_id", UUID.class),
                row.getString("payload"),
                row.getString("url"),
                row.getString("secret"),
                row.getString("previous_secret"),
                row.getObject("claimed_at", OffsetDateTime.class).toInstant());
    }

    /**
     * Ends a delivery that was answered well; false if the claim was not the last one. The first success after failures makes all that waits
     * for the webhook due at once.
     */
    public boolean succeeded(ClaimedDelivery delivery, Attempt attempt) {
        return jdbc.sql("""
                with delivered as (
                    update webhook_delivery
                    set status = 'delivered', delivered_at = now(), claimed_until = null, failures = 0,
                        response_status = :responseStatus, duration_ms = :duration, error = null
                    where id = :id and attempts = :attempt and status = 'pending'
                    returning webhook_id),
                healed as (
                    update webhook w
                    set failing_since = null
                    from delivered
                    where w.id = delivered.webhook_id and w.failing_since is not null
                    returning w.id),
                hastened as (
                    update webhook_delivery d
                    set next_attempt_at = now()
                    from healed
                    where d.webhook_id = healed.id and d.status = 'pending' and d.claimed_until is null and d.next_attempt_at > now())
                select exists (select from delivered)
                """)
                .param("id", delivery.id())
                .param("attempt", delivery.attempt())
                .param("responseStatus", attempt.responseStatus())
                .param("duration", attempt.duration().toMillis())
                .query(Boolean.class)
                .single();
    }

    /**
     * Puts a delivery back, or gives it up if it was tried for long enough; does nothing if the claim was not the last one. A webhook that
     * has failed for too long is disabled.
     *
     * @param delay until the next attempt
     * @return the reason if the webhook was disabled just now
     */
    public Optional<String> failed(ClaimedDelivery delivery, Attempt attempt, Duration delay, Patience patience) {
        return jdbc.sql("""
                with failed as (
                    update webhook_delivery
                    set status = case when now() + make_interval(secs => :delay) > queued_at + make_interval(secs => :giveUpAfter)
                                      then 'failed' else 'pending' end,
                        failures = failures + 1, claimed_until = null, next_attempt_at = now() + make_interval(secs => :delay),
                        response_status = :responseStatus, duration_ms = :duration, error = :error
                    where id = :id and attempts = :attempt and status = 'pending'
                    returning webhook_id),
                failing as (
                    update webhook w
                    set failing_since = coalesce(w.failing_since, now()),
                        enabled = coalesce(w.failing_since > now() - make_interval(secs => :disableAfter), true),
                        disabled_reason = case when w.failing_since <= now() - make_interval(secs => :disableAfter) then 'failing' end
                    from failed
                    where w.id = failed.webhook_id and w.enabled
                      and (w.failing_since is null or w.failing_since <= now() - make_interval(secs => :disableAfter))
                    returning w.disabled_reason)
                select disabled_reason from failing where disabled_reason is not null
                """)
                .param("id", delivery.id())
                .param("attempt", delivery.attempt())
                .param("responseStatus", attempt.responseStatus())
                .param("duration", attempt.duration().toMillis())
                .param("error", attempt.error())
                .param("delay", seconds(delay))
                .param("giveUpAfter", seconds(patience.giveUpAfter()))
                .param("disableAfter", seconds(patience.disableAfter()))
                .query(String.class)
                .optional();
    }

    /** Gives up a delivery whose receiver says that it is gone for good, and disables the webhook; does nothing if the claim was not the last one. */
    public void gone(ClaimedDelivery delivery, Attempt attempt) {
        jdbc.sql("""
                with failed as (
                    update webhook_delivery
                    set status = 'failed', failures = failures + 1, claimed_until = null,
                        response_status = :responseStatus, duration_ms = :duration, error = :error
                    where id = :id and attempts = :attempt and status = 'pending'
                    returning webhook_id)
                update webhook w
                set enabled = false, disabled_reason = 'gone', failing_since = coalesce(failing_since, now())
                from failed
                where w.id = failed.webhook_id and w.enabled
                """)
                .param("id", delivery.id())
                .param("attempt", delivery.attempt())
                .param("responseStatus", attempt.responseStatus())
                .param("duration", attempt.duration().toMillis())
                .param("error", attempt.error())
                .update();
    }

    /** Puts a ping for the user's webhook into the outbox; empty if the user has no such one. */
    public Optional<Delivery> ping(String userId, UUID webhookId) {
        Optional<Delivery> ping = jdbc.sql("""
                insert into webhook_delivery (webhook_id, event_id, event_type, sequence, payload)
                select w.id, event.id, 'ping', 0,
                       json_build_object('id', event.id, 'type', 'ping', 'timestamp', webhook_time(now()), 'sequence', 0,
                                         'data', json_build_object('webhook_id', w.id))
                from webhook w cross join (select gen_random_uuid() as id) event
                where w.id = :webhookId and w.user_id = :userId
                returning *
                """)
                .param("webhookId", webhookId)
                .param("userId", userId)
                .query(Delivery::of)
                .optional();
        if (ping.isPresent()) {
            Channel.WEBHOOK.send(jdbc, "");
        }
        return ping;
    }

    /**
     * A page of a webhook's deliveries, newest first.
     *
     * @param status only those in this state; empty for all
     * @param before the page ends before this delivery
     */
    public List<Delivery> list(UUID webhookId, Optional<String> status, long before, int limit) {
        return jdbc.sql("""
                select * from webhook_delivery
                where webhook_id = :webhookId and id < :before and (:status::text is null or status = :status)
                order by id desc
                limit :limit
                """)
                .param("webhookId", webhookId)
                .param("before", before)
                .param("status", status.orElse(null))
                .param("limit", limit)
                .query(Delivery::of)
                .list();
    }

    /** One delivery of a webhook. */
    public Optional<Delivery> find(UUID webhookId, long id) {
        return jdbc.sql("select * from webhook_delivery where id = :id and webhook_id = :webhookId")
                .param("id", id)
                .param("webhookId", webhookId)
                .query(Delivery::of)
                .optional();
    }

    /**
     * Makes a delivery due at once, whether it waits, was delivered or was given up; empty if the webhook has no such one. It keeps its event
     * id and payload. One that is being sent right now stays as it is.
     */
    public Optional<Delivery> redeliver(UUID webhookId, long id) {
        jdbc.sql("""
                update webhook_delivery
                set status = 'pending', failures = 0, next_attempt_at = now(), queued_at = now(), claimed_until = null, delivered_at = null
                where id = :id and webhook_id = :webhookId and (claimed_until is null or claimed_until < now())
                """).param("id", id).param("webhookId", webhookId).update();
        Channel.WEBHOOK.send(jdbc, "");
        return find(webhookId, id);
    }

    /**
     * Deletes old deliveries in small batches, and all those of webhooks that were deleted. What still waits for an enabled webhook stays.
     *
     * @return how many
     */
    public int purge(Duration keep) {
        int deleted = 0;
        int batch;
        do {
            batch = jdbc.sql("""
                    delete from webhook_delivery
                    where id in (
                        select d.id from webhook_delivery d
                        where d.created_at < now() - make_interval(secs => :keep)
                          and (d.status <> 'pending' or not exists (select from webhook w where w.id = d.webhook_id and w.enabled))
                        order by d.created_at
                        limit :batch)
                    """)
                    .param("keep", seconds(keep))
                    .param("batch", PURGE_BATCH)
                    .update();
            deleted += batch;
        } while (batch == PURGE_BATCH);
        do {
            batch = jdbc.sql("""
                    delete from webhook_delivery
                    where id in (
                        select d.id from webhook_delivery d
                        where not exists (select from webhook w where w.id = d.webhook_id)
                        limit :batch)
                    """).param("batch", PURGE_BATCH).update();
            deleted += batch;
        } while (batch == PURGE_BATCH);
        return deleted;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
