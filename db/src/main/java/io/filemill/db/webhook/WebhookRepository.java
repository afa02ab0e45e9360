package io.filemill.db.webhook;

import io.filemill.db.notification.Channel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The webhooks of users. Each method is one transaction, and knows only those of the user that it is given. Safe for use by several threads.
 */
public final class WebhookRepository {
    private final JdbcClient jdbc;

    public WebhookRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Adds a webhook, which is told of what happens from now on.
     *
     * @param most how many webhooks a user may have
     * @return empty if the user has so many already
     */
    public Optional<Webhook> create(NewWebhook webhook, int most) {
        return jdbc.sql("""
                insert into webhook (id, user_id, url, host, events, description, secret, enabled)
                select :id, :userId, :url, :host, :events::text[], :description, :secret, :enabled
                where (select count(*) from webhook where user_id = :userId) < :most
                returning *
                """)
                .param("id", webhook.id())
                .param("userId", webhook.userId())
                .param("url", webhook.url())
                .param("host", webhook.host())
                .param("events", webhook.events().toArray(String[]::new))
                .param("description", webhook.description())
                .param("secret", webhook.secret())
                .param("enabled", webhook.enabled())
                .param("most", most)
                .query(Webhook::of)
                .optional();
    }

    /** All of the user's webhooks, oldest first. */
    public List<Webhook> list(String userId) {
        return jdbc.sql("select * from webhook where user_id = :userId order by created_at, id")
                .param("userId", userId)
                .query(Webhook::of)
                .list();
    }

    /** One of the user's webhooks; empty if it does not exist or is another user's. */
    public Optional<Webhook> find(String userId, UUID id) {
        return jdbc.sql("select * from webhook where id = :id and user_id = :userId")
                .param("id", id)
                .param("userId", userId)
                .query(Webhook::of)
                .optional();
    }

    /**
     * Changes a webhook; empty if the user has no such one. One that becomes enabled is taken for one that works, and what waits for it is
     * sent at once.
     */
    public Optional<Webhook> change(String userId, UUID id, WebhookChange change) {
        @Nullable List<String> events = change.events();
        Optional<Webhook> changed = jdbc.sql("""
                with changed as (
                    update webhook
                    set url = coalesce(:url, url),
                        host = coalesce(:host, host),
                        events = coalesce(:events::text[], events),
                        description = coalesce(:description, description),
                        enabled = coalesce(:enabled::boolean, enabled),
                        disabled_reason = case when :enabled::boolean is null then disabled_reason end,
                        failing_since = case when :enabled::boolean and not enabled then null else failing_since end,
                        updated_at = now()
                    where id = :id and user_id = :userId
                    returning *),
                hastened as (
                    update webhook_delivery d
                    set next_attempt_at = now()
                    from changed c
                    where :enabled::boolean and d.webhook_id = c.id and d.status = 'pending' and d.claimed_until is null)
                select * from changed
                """)
                .param("url", change.url())
                .param("host", change.host())
                .param("events", events == null ? null : events.toArray(String[]::new))
                .param("description", change.description())
                .param("enabled", change.enabled())
                .param("id", id)
                .param("userId", userId)
                .query(Webhook::of)
                .optional();
        if (changed.isPresent()) {
            Channel.WEBHOOK.send(jdbc, "");
        }
        return changed;
    }

    /**
     * Gives a webhook another secret; empty if the user has no such webhook.
     *
     * @param secret as it is to be stored
     * @param overlap how long the secret before signs too
     */
    public Optional<Webhook> rotateSecret(String userId, UUID id, String secret, Duration overlap) {
        return jdbc.sql("""
                update webhook
                set previous_secret = case when :seconds > 0 then secret end,
                    previous_secret_until = case when :seconds > 0 then now() + make_interval(secs => :seconds) end,
                    secret = :secret, updated_at = now()
                where id = :id and user_id = :userId
                returning *
                """)
                .param("seconds", overlap.toSeconds())
                .param("secret", secret)
                .param("id", id)
                .param("userId", userId)
                .query(Webhook::of)
                .optional();
    }

    /** Removes a webhook, so that nothing more is sent to it; false if the user has no such one. Its deliveries are purged later. */
    public boolean delete(String userId, UUID id) {
        return jdbc.sql("delete from webhook where id = :id and user_id = :userId")
                        .param("id", id)
                        .param("userId", userId)
                        .update()
                == 1;
    }
}
