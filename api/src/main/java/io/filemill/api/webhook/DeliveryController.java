package io.filemill.api.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.filemill.api.openapi.Fails;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.api.security.CurrentUser;
import io.filemill.api.task.PageRequest;
import io.filemill.db.webhook.Delivery;
import io.filemill.db.webhook.DeliveryRepository;
import io.filemill.db.webhook.Webhook;
import io.filemill.db.webhook.WebhookRepository;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Shows what the caller's webhooks were told, and tells them again. */
@RestController
@RequestMapping("/v1/webhooks/{id}")
final class DeliveryController {
    private static final List<String> STATES = List.of("pending", "delivered", "failed");

    private final WebhookRepository webhooks;
    private final DeliveryRepository deliveries;
    private final CurrentUser user;
    private final JsonMapper json;

    DeliveryController(WebhookRepository webhooks, DeliveryRepository deliveries, CurrentUser user, JsonMapper json) {
        this.webhooks = webhooks;
        this.deliveries = deliveries;
        this.user = user;
        this.json = json;
    }

    /**
     * Lists what a webhook was told, newest first.
     *
     * @param status only those in this state: {@code pending}, {@code delivered} or {@code failed}
     */
    @GetMapping("/deliveries")
    DeliveryPage list(
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String cursor) {
        UUID webhook = find(id).id();
        if (status != null && !STATES.contains(status)) {
            throw ProblemException.invalid("The parameter status must be one of " + String.join(", ", STATES) + ".");
        }
        PageRequest page = PageRequest.of(limit, cursor);
        List<Delivery> found =
                deliveries.list(webhook, Optional.ofNullable(status), page.beforeNumber(), page.limit() + 1);
        boolean more = found.size() > page.limit();
        List<Delivery> shown = more ? found.subList(0, page.limit()) : found;
        return new DeliveryPage(
                shown.stream().map(delivery -> DeliveryView.of(delivery, null)).toList(),
                more ? PageRequest.cursorAfter(shown.get(shown.size() - 1).id()) : null);
    }

    /**
     * Shows one delivery, with what was sent.
     *
     * @param delivery the id of the delivery
     */
    @GetMapping("/deliveries/{delivery}")
    DeliveryView show(@PathVariable String id, @PathVariable String delivery) {
        UUID webhook = find(id).id();
        return deliveries
                .find(webhook, number(delivery))
                .map(found -> DeliveryView.of(found, json.readTree(found.payload())))
                .orElseThrow(() -> noDelivery(delivery));
    }

    /**
     * Sends a delivery once more, at once, with the event id that it had, whatever became of it before.
     *
     * @param delivery the id of the delivery
     */
    @PostMapping("/deliveries/{delivery}/redeliver")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Fails(ProblemType.WEBHOOK_DISABLED)
    DeliveryView redeliver(@PathVariable String id, @PathVariable String delivery) {
        UUID webhook = enabled(id).id();
        return deliveries
                .redeliver(webhook, number(delivery))
                .map(found -> DeliveryView.of(found, null))
                .orElseThrow(() -> noDelivery(delivery));
    }

    /** Sends an event of the type {@code ping}. */
    @PostMapping("/test")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Fails(ProblemType.WEBHOOK_DISABLED)
    DeliveryView test(@PathVariable String id) {
        UUID webhook = enabled(id).id();
        return deliveries
                .ping(user.id(), webhook)
                .map(ping -> DeliveryView.of(ping, null))
                .orElseThrow(() -> WebhookId.notFound(id));
    }

    private Webhook find(String id) {
        return webhooks.find(user.id(), WebhookId.parse(id)).orElseThrow(() -> WebhookId.notFound(id));
    }

    private Webhook enabled(String id) {
        Webhook webhook = find(id);
        if (!webhook.enabled()) {
            throw new ProblemException(
                    ProblemType.WEBHOOK_DISABLED,
                    "Nothing is sent to the webhook " + id + " while it is disabled."
                            + " PATCH /v1/webhooks/{id} with {\"enabled\": true} enables it.");
        }
        return webhook;
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw noDelivery(text);
        }
    }

    private static ProblemException noDelivery(String id) {
        return new ProblemException(
                ProblemType.NOT_FOUND,
                "The webhook has no delivery " + id
                        + ". GET /v1/webhooks/{id}/deliveries lists them; old ones are deleted after a time.");
    }

    /** A page of deliveries. */
    record DeliveryPage(
            List<DeliveryView> deliveries, @Nullable String nextCursor) {}

    /**
     * The JSON of a delivery.
     *
     * @param eventId what receivers see as {@code webhook-id}
     * @param nextAttemptAt null if there is to be none
     * @param payload what is sent; only where one delivery is shown
     */
    record DeliveryView(
            long id,
            UUID eventId,
            String eventType,
            @Nullable UUID taskId,
            int sequence,
            String status,
            int attempts,
            @Nullable Instant nextAttemptAt,
            @Nullable Instant lastAttemptAt,
            @Nullable Integer responseStatus,
            @Nullable Integer durationMs,
            @Nullable String error,
            Instant createdAt,
            @Nullable Instant deliveredAt,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            JsonNode payload) {

        static DeliveryView of(Delivery delivery, @Nullable JsonNode payload) {
            return new DeliveryView(
                    delivery.id(),
                    delivery.eventId(),
                    delivery.eventType(),
                    delivery.taskId(),
                    delivery.sequence(),
                    delivery.status(),
                    delivery.attempts(),
                    delivery.status().equals("pending") ? delivery.nextAttemptAt() : null,
                    delivery.lastAttemptAt(),
                    delivery.responseStatus(),
                    delivery.durationMs(),
                    delivery.error(),
                    delivery.createdAt(),
                    delivery.deliveredAt(),
                    payload);
        }
    }
}
