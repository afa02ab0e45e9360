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
 * Seals secrets that must be read again, with AES-256-GCM, each with a nonce of its own and for one owner only: what was sealed for one cannot be
 * opened for another. A sealed secret begins with four bytes that name its key. Safe for use by several threads.
 */
public final class SecretCipher {
    private static final String ALGORITHM = "AES/GCM/NoPadding";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecureRandom random = new SecureRandom();
    private final Map<Integer, SecretKey> keys = new LinkedHashMap<>();
    private final @Nullable Integer newest;

    /**
     * Makes a cipher with the keys of the settings.
     *
     * @throws IllegalArgumentException if a key is not 32 bytes of Base64
     */
    public SecretCipher(TokenProperties properties) {
        this(properties.key());
    }

    SecretCipher(String settings) {
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
    public boolean hasKey() {
        return newest != null;
    }

    /**
     * Seals a secret, for its owner only.
     *
     * @param owner the id of the row that the secret belongs to
     * @throws IllegalStateException if there is no key
     */
    public byte[] seal(UUID owner, String secret) {
        if (newest == null) {
            throw new IllegalStateException("FILEMILL_TOKEN_KEY is not set");
        }
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] encrypted = apply(Cipher.ENCRYPT_MODE, newest, nonce, owner, secret.getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.allocate(Integer.BYTES + NONCE_BYTES + encrypted.length)
                .putInt(newest)
                .put(nonce)
                .put(encrypted)
                .array();
    }

    /**
     * Opens what was sealed for the owner.
     *
     * @throws IllegalStateException if it was sealed with a key that is not among the settings, for another owner, or was changed
     */
    public String open(UUID owner, byte[] sealed) {
        int key = ByteBuffer.wrap(sealed).getInt();
        byte[] nonce = Arrays.copyOfRange(sealed, Integer.BYTES, Integer.BYTES + NONCE_BYTES);
        byte[] encrypted = Arrays.copyOfRange(sealed, Integer.BYTES + NONCE_BYTES, sealed.length);
        return new String(apply(Cipher.DECRYPT_MODE, key, nonce, owner, encrypted), StandardCharsets.UTF_8);
    }

    private byte[] apply(int mode, int keyName, byte[] nonce, UUID owner, byte[] bytes) {
        SecretKey key = keys.get(keyName);
        if (key == null) {
            throw new IllegalStateException(
                    "the secret of " + owner + " is sealed with a key that FILEMILL_TOKEN_KEY does not have");
        }
        try {
            Cipher cipher = Cipher.getInstance(ALGORITHM);
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(owner.toString().getBytes(StandardCharsets.US_ASCII));
            return cipher.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the secret of " + owner + " cannot be sealed or opened", e);
        }
    }
}
