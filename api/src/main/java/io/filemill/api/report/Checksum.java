package io.filemill.api.report;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Hashes what passes through. For use by one thread. */
final class Checksum extends FilterOutputStream {
    /** The field of RFC 9530. */
    static final String FIELD = "Repr-Digest";

    private final MessageDigest digest = sha256();
    private byte @Nullable [] end;

    Checksum(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        out.write(b);
        digest.update((byte) b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        digest.update(bytes, offset, length);
    }

    /** Says that all was written. */
    void end() {
        end = digest.digest();
    }

    /** The field that tells the checksum; none before the end. */
    Map<String, String> field() {
        return end == null
                ? Map.of()
                : Map.of(FIELD, "sha-256=:" + Base64.getEncoder().encodeToString(end) + ":");
    }

    /** SHA-256 in lower-case hexadecimal, at the end. */
    String hex() {
        if (end == null) {
            throw new IllegalStateException("Not all was written");
        }
        return HexFormat.of().formatHex(end);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
