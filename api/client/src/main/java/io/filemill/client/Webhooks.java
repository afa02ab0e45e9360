package io.filemill.client;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The caller's webhooks. Safe for use by several threads. */
public final class Webhooks {
    private final Transport transport;

    Webhooks(Transport transport) {
        this.transport = transport;
    }

    private record WebhookList(List<Webhook> webhooks) {}

    /** All of the caller's. */
    public List<Webhook> list() {
        return transport.call(Call.get("/v1/webhooks"), WebhookList.class).webhooks();
    }

    /**
     * Makes one. Sent once, since a second time would make another one.
     *
     * @param events {@code task.created}, {@code task.completed}, {@code task.cancelled}, or some of them
     * @return with the secret, which is told only now
     */
    public Webhook create(URI url, List<String> events, String description) {
        Map<String, Object> request = Map.of("url", url.toString(), "events", events, "description", description);
        Call call = Call.post("/v1/webhooks").with(transport.json(request), Call.JSON);
        return transport.call(call.once(), Webhook.class);
    }

    /** One of them. */
    public Webhook get(UUID id) {
        return transport.call(Call.get("/v1/webhooks/" + id), Webhook.class);
    }

    /** Lets it be told, or not. */
    public Webhook setEnabled(UUID id, boolean enabled) {
        return transport.call(
                Call.patch("/v1/webhooks/" + id, transport.json(Map.of("enabled", enabled))), Webhook.class);
    }

    /** Deletes it; does nothing if it is gone. */
    public void delete(UUID id) {
        try {
            transport.call(Call.delete("/v1/webhooks/" + id));
        } catch (ProblemException.NotFound e) {
            // also if an answer was lost and the call repeated
        }
    }
}
