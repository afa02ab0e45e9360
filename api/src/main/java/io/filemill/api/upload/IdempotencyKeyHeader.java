package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import io.filemill.db.queue.IdempotencyKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The header by which a client names a submission, so that it may send it again. */
final class IdempotencyKeyHeader {
    static final String NAME = "Idempotency-Key";
    static final String REPLAYED = "Idempotency-Replayed";

    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7E]{1,255}");

    private IdempotencyKeyHeader() {}

    /**
     * The key with a digest of all that was asked for, or null if there is none.
     *
     * @param files what the task is made of: paths, items or stored files
     * @throws ProblemException if it cannot be a key
     */
    static @Nullable IdempotencyKey key(@Nullable String header, TaskOptions options, List<?> files) {
        if (header == null) {
            return null;
        }
        if (!KEY.matcher(header).matches()) {
            throw ProblemException.invalid(
                    "The header " + NAME + " must have 1 to 255 visible ASCII characters, for example a UUID.");
        }
        MessageDigest digest = newDigest();
        update(digest, options);
        files.forEach(file -> update(digest, file));
        return new IdempotencyKey(header, HexFormat.of().formatHex(digest.digest()));
    }

    private static void update(MessageDigest digest, Object part) {
        byte[] bytes = part.toString().getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array()); // parts cannot run together
        digest.update(bytes);
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
