package io.filemill.api.webhook;

import io.filemill.db.token.SecretCipher;
import java.util.Base64;
import java.util.UUID;

/** How secrets are stored: sealed if the server has a key. Those from before it had one stay readable, and are sealed when they are rotated. */
final class WebhookSecrets {
    private static final String PLAIN = "plain:";
    private static final String SEALED = "sealed:";

    private final SecretCipher cipher;

    WebhookSecrets(SecretCipher cipher) {
        this.cipher = cipher;
    }

    /** The form in which the secret of a webhook is kept in the database. */
    String seal(UUID webhookId, Secret secret) {
        return cipher.hasKey()
                ? SEALED + Base64.getEncoder().encodeToString(cipher.seal(webhookId, secret.text()))
                : PLAIN + secret.text();
    }

    /**
     * The secret of a webhook that was stored.
     *
     * @throws IllegalStateException if this server lacks the key that it was sealed with
     */
    Secret open(UUID webhookId, String stored) {
        return Secret.parse(
                stored.startsWith(SEALED)
                        ? cipher.open(webhookId, Base64.getDecoder().decode(stored.substring(SEALED.length())))
                        : stored.substring(PLAIN.length()));
    }
}
