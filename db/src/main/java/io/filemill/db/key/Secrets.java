package io.filemill.db.key;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** Makes random secrets and their digests. Safe for use by several threads. */
final class Secrets {
    private static final int BYTES = 32;

    private final SecureRandom random = new SecureRandom();

    /** 256 random bits in letters, digits, {@code -} and {@code _}. */
    String next() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * What is stored of a secret. Unlike a password it cannot be guessed, so a slow hash would protect nothing and cost each request its time.
     */
    static byte[] sha256(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
