package io.filemill.api.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.filemill.api.audit.Action;
import io.filemill.api.audit.Audit;
import io.filemill.api.audit.Audit.Subject;
import io.filemill.api.openapi.Fails;
import io.filemill.api.openapi.Responds;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.api.security.CurrentUser;
import io.filemill.db.webhook.NewWebhook;
import io.filemill.db.webhook.Webhook;
import io.filemill.db.webhook.WebhookChange;
import io.filemill.db.webhook.WebhookRepository;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Creates, shows, changes and deletes the caller's webhooks. Secrets are shown once, when they are made. */
@RestController
@RequestMapping("/v1/webhooks")
final class WebhookController {
    private final WebhookRepository webhooks;
    private final Targets targets;
    private final WebhookSecrets secrets;
    private final CurrentUser user;
    private final WebhookProperties properties;
    private final Audit audit;

    WebhookController(
            WebhookRepository webhooks,
            Targets targets,
            WebhookSecrets secrets,
            CurrentUser user,
            WebhookProperties properties,
            Audit audit) {
        this.webhooks = webhooks;
        this.targets = targets;
        this.secrets = secrets;
        this.user = user;
        this.properties = properties;
        this.audit = audit;
    }

    /** Lists the webhooks of the caller, oldest first. */
    @GetMapping
    WebhookList list() {
        return new WebhookList(
                webhooks.list(user.id()).stream().map(WebhookView::of).toList());
    }

    /** Creates a webhook, and shows its secret this once. */
    @PostMapping
    @Responds(status = 201, body = WebhookView.class)
    @Fails({ProblemType.ADDRESS_NOT_ALLOWED, ProblemType.TOO_MANY_WEBHOOKS})
    ResponseEntity<WebhookView> create(@RequestBody WebhookRequest request) {
        if (request.url() == null) {
            throw ProblemException.invalid("A webhook needs a url.");
        }
        List<String> events = request.checkedEvents();
        String description = request.checkedDescription();
        Secret secret = secret(request.secret());
        Targets.Target target = targets.check(request.url());
        UUID id = UUID.randomUUID();
        var webhook = new NewWebhook(
                id,
                user.id(),
                target.url(),
                target.host(),
                events == null ? WebhookRequest.ENDS : events,
                description == null ? "" : description,
                secrets.seal(id, secret),
                request.enabled() == null || request.enabled());
        Webhook created = audit.of(
                        Action.WEBHOOK_CREATE,
                        () -> webhooks.create(webhook, properties.maxPerUser()),
                        made -> made.map(WebhookController::subject))
                .orElseThrow(() -> new ProblemException(
                        ProblemType.TOO_MANY_WEBHOOKS,
                        "You have " + properties.maxPerUser() + " webhooks already. Delete one first."));
        return ResponseEntity.created(URI.create("/v1/webhooks/" + created.id()))
                .body(WebhookView.of(created, secret));
    }

    /** Shows a webhook, without its secret. */
    @GetMapping("/{id}")
    WebhookView show(@PathVariable String id) {
        return webhooks.find(user.id(), WebhookId.parse(id))
                .map(WebhookView::of)
                .orElseThrow(() -> WebhookId.notFound(id));
    }

    /** Changes what is given. A secret is changed by its own request. */
    @PatchMapping("/{id}")
    @Fails(ProblemType.ADDRESS_NOT_ALLOWED)
    WebhookView change(@PathVariable String id, @RequestBody WebhookRequest request) {
        UUID webhook = WebhookId.parse(id);
        if (request.secret() != null) {
            throw ProblemException.invalid("A secret is changed by POST /v1/webhooks/{id}/rotate-secret.");
        }
        List<String> events = request.checkedEvents();
        String description = request.checkedDescription();
        Targets.Target target = request.url() == null ? null : targets.check(request.url());
        var change = new WebhookChange(
                target == null ? null : target.url(),
                target == null ? null : target.host(),
                events,
                description,
                request.enabled());
        return audit.of(
                        Action.WEBHOOK_CHANGE,
                        () -> webhooks.change(user.id(), webhook, change),
                        changed -> changed.map(WebhookController::subject))
                .map(WebhookView::of)
                .orElseThrow(() -> WebhookId.notFound(id));
    }

    /** Deletes a webhook, so that nothing more is sent to it. */
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id) {
        UUID webhook = WebhookId.parse(id);
        boolean deleted = audit.of(
                Action.WEBHOOK_DELETE,
                () -> webhooks.delete(user.id(), webhook),
                done -> done ? Optional.of(Subject.of(webhook)) : Optional.empty());
        if (!deleted) {
            throw WebhookId.notFound(id);
        }
    }

    /** Replaces the secret. For a time requests are signed with both, so that receivers can be changed one after the other. */
    @PostMapping("/{id}/rotate-secret")
    WebhookView rotateSecret(
            @PathVariable String id, @RequestBody(required = false) @Nullable RotationRequest request) {
        UUID webhook = WebhookId.parse(id);
        Secret secret = secret(request == null ? null : request.secret());
        Duration overlap = request == null ? RotationRequest.OVERLAP : request.overlap();
        return audit.of(
                        Action.WEBHOOK_ROTATE,
                        () -> webhooks.rotateSecret(user.id(), webhook, secrets.seal(webhook, secret), overlap),
                        rotated -> rotated.map(WebhookController::subject))
                .map(rotated -> WebhookView.of(rotated, secret))
                .orElseThrow(() -> WebhookId.notFound(id));
    }

    private static Subject subject(Webhook webhook) {
        return Subject.of(webhook.id())
                .with("host", URI.create(webhook.url()).getHost())
                .with("enabled", webhook.enabled());
    }

    private static Secret secret(@Nullable String given) {
        return given == null ? Secret.random() : Secret.parse(given);
    }

    /** The webhooks of a user. */
    record WebhookList(List<WebhookView> webhooks) {}

    /**
     * The JSON that asks for a new secret.
     *
     * @param secret of its own choice; null for a random one
     * @param overlapSeconds how long the secret before signs too; a day if it is left out
     */
    record RotationRequest(
            @Nullable String secret, @Nullable Integer overlapSeconds) {
        private static final Duration OVERLAP = Duration.ofDays(1);
        private static final Duration LONGEST_OVERLAP = Duration.ofDays(30);

        Duration overlap() {
            if (overlapSeconds == null) {
                return OVERLAP;
            }
            if (overlapSeconds < 0 || overlapSeconds > LONGEST_OVERLAP.toSeconds()) {
                throw ProblemException.invalid(
                        "overlap_seconds must be from 0 to " + LONGEST_OVERLAP.toSeconds() + ".");
            }
            return Duration.ofSeconds(overlapSeconds);
        }
    }

    /**
     * The JSON of a webhook.
     *
     * @param events the types of events that it is told of
     * @param enabled whether it is told of anything
     * @param disabledReason {@code gone} or {@code failing}; null if its user disabled it or it is enabled
     * @param failingSince the first failed attempt after the last success
     * @param previousSecretUntil until when the secret before the last rotation signs too
     * @param secret only in the answer to the request that made it
     */
    record WebhookView(
            UUID id,
            String url,
            List<String> events,
            String description,
            boolean enabled,
            @Nullable String disabledReason,
            @Nullable Instant failingSince,
            Instant createdAt,
            Instant updatedAt,
            @Nullable Instant previousSecretUntil,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String secret) {

        static WebhookView of(Webhook webhook) {
            return of(webhook, (String) null);
        }

        static WebhookView of(Webhook webhook, Secret secret) {
            return of(webhook, secret.text());
        }

        private static WebhookView of(Webhook webhook, @Nullable String secret) {
            return new WebhookView(
                    webhook.id(),
                    webhook.url(),
                    webhook.events(),
                    webhook.description(),
                    webhook.enabled(),
                    webhook.disabledReason(),
                    webhook.failingSince(),
                    webhook.createdAt(),
                    webhook.updatedAt(),
                    webhook.previousSecretUntil(),
                    secret);
        }
    }
}
