package io.filemill.db.token;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals tokens with AES-256-GCM, each with a nonce of its own and for one task only: what was sealed for one cannot be opened for another.
 * A sealed token begins with four bytes that name its key. Safe for use by several threads.
 */
final class TokenCipher {
    private static final String ALGORITHM = "AES/GCM/NoPadding";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecureRandom random = new SecureRandom();
    private final Map<Integer, SecretKey> keys = new LinkedHashMap<>();
    private final @Nullable Integer newest;

    /**
     * @param settings as in {@link TokenProperties}
     * @throws IllegalArgumentException if a key is not 32 bytes of Base64
     */
    TokenCipher(String settings) {
        Integer first = null;
        for (String encoded : settings.split(",", -1)) {
            if (!encoded.isBlank()) {
                byte[] key = decode(encoded.strip());
                int name = name(key);
                keys.put(name, new SecretKeySpec(key, "AES"));
                first = first == null ? Integer.valueOf(name) : first;
            }
        }
        newest = first;
    }

    private static byte[] decode(String key) {
        try {
            byte[] bytes = Base64.getDecoder().decode(key);
            if (bytes.length == KEY_BYTES) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // as a key of another length; the cause would show the key
        }
        throw new IllegalArgumentException(
                "FILEMILL_TOKEN_KEY must be 32 random bytes in Base64, for example from: openssl rand -base64 32");
    }

    private static int name(byte[] key) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(key))
                    .getInt();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    /** Whether there is a key to seal with. */
    boolean hasKey() {
        return newest != null;
    }

    byte[] seal(UUID taskId, String token) {
        if (newest == null) {
            throw new IllegalStateException("FILEMILL_TOKEN_KEY is not set");
        }
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] encrypted = apply(Cipher.ENCRYPT_MODE, newest, nonce, taskId, token.getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.allocate(Integer.BYTES + NONCE_BYTES + encrypted.length)
                .putInt(newest)
                .put(nonce)
                .put(encrypted)
                .array();
    }

    /**
     * @throws IllegalStateException if it was sealed with a key that is not among the settings, for another task, or was changed
     */
    String open(UUID taskId, byte[] sealed) {
        int key = ByteBuffer.wrap(sealed).getInt();
        byte[] nonce = Arrays.copyOfRange(sealed, Integer.BYTES, Integer.BYTES + NONCE_BYTES);
        byte[] encrypted = Arrays.copyOfRange(sealed, Integer.BYTES + NONCE_BYTES, sealed.length);
        return new String(apply(Cipher.DECRYPT_MODE, key, nonce, taskId, encrypted), StandardCharsets.UTF_8);
    }

    private byte[] apply(int mode, int keyName, byte[] nonce, UUID taskId, byte[] bytes) {
        SecretKey key = keys.get(keyName);
        if (key == null) {
            throw new IllegalStateException(
                    "a user's token is sealed with a key that FILEMILL_TOKEN_KEY does not have");
        }
        try {
            Cipher cipher = Cipher.getInstance(ALGORITHM);
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(taskId.toString().getBytes(StandardCharsets.US_ASCII));
            return cipher.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the token of the task " + taskId + " cannot be sealed or opened", e);
        }
    }
}
