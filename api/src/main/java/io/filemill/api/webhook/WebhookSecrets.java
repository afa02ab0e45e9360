package io.filemill.api.webhook;

import java.util.UUID;

/** How secrets are stored. */
final class WebhookSecrets {
    private static final String PLAIN = "plain:";

    /** The form in which the secret of a webhook is kept in the database. */
    String seal(UUID webhookId, Secret secret) {
        return PLAIN + secret.text();
    }

    /** The secret of a webhook that was stored. */
    Secret open(UUID webhookId, String stored) {
        if (!stored.startsWith(PLAIN)) {
            throw new IllegalStateException("The secret of a webhook is encrypted, and this server has no key for it");
        }
        return Secret.parse(stored.substring(PLAIN.length()));
    }
}
