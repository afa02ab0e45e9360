package io.filemill.api.webhook;

import io.filemill.api.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What a webhook's requests are signed with, in the form of Standard Webhooks: {@code whsec_} and bytes in base64. Immutable. */
final class Secret {
    private static final String PREFIX = "whsec_";
    private static final int NEW_BYTES = 32;
    private static final int MIN_BYTES = 24;
    private static final int MAX_BYTES = 64;
    private static final String ALGORITHM = "HmacSHA256";

    private final String text;
    private final byte[] key;

    private Secret(String text, byte[] key) {
        this.text = text;
        this.key = key;
    }

    static Secret random() {
        byte[] key = new byte[NEW_BYTES];
        new SecureRandom().nextBytes(key);
        return new Secret(PREFIX + Base64.getEncoder().encodeToString(key), key);
    }

    /** @throws ProblemException if the text is not a secret */
    static Secret parse(String text) {
        if (text.startsWith(PREFIX)) {
            try {
                byte[] key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
                if (key.length >= MIN_BYTES && key.length <= MAX_BYTES) {
                    return new Secret(text, key);
                }
            } catch (IllegalArgumentException e) {
                throw notASecret();
            }
        }
        throw notASecret();
    }

    private static ProblemException notASecret() {
        return ProblemException.invalid("The secret of a webhook must be " + PREFIX + " and " + MIN_BYTES + " to "
                + MAX_BYTES + " bytes in base64. Leave it out to be given one.");
    }

    /** The form that users see. */
    String text() {
        return text;
    }

    /** The signature of a request, with its version. */
    String sign(UUID eventId, Instant time, String body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            String signed = eventId + "." + time.getEpochSecond() + "." + body;
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    @Override
    public String toString() {
        return PREFIX + "…";
    }
}
