package io.filemill.worker.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The SHA-256 that identifies a file's content, computed when it is first asked for unless it is known. For use by one thread at a time. */
public final class ContentDigest {
    private static final int BUFFER_SIZE = 128 * 1024;

    private final @Nullable Path path;
    private @Nullable String sha256;

    /**
     * @param path the bytes, or null if there are none
     * @param sha256 the lower-case hexadecimal digest if it is known
     */
    public ContentDigest(@Nullable Path path, @Nullable String sha256) {
        this.path = path;
        this.sha256 = sha256;
    }

    /**
     * The digest in lower-case hexadecimal, for which the file may have to be read. Stops when the thread is interrupted.
     *
     * @throws IOException if the file cannot be read
     * @throws IllegalStateException if there are no bytes
     */
    public String sha256() throws IOException, InterruptedException {
        String known = sha256;
        if (known == null) {
            if (path == null) {
                throw new IllegalStateException("the item is not a file, so it has no content");
            }
            known = compute(path);
            sha256 = known;
        }
        return known;
    }

    /** The digest if it was given or has been computed. */
    Optional<String> known() {
        return Optional.ofNullable(sha256);
    }

    private static String compute(Path path) throws IOException, InterruptedException {
        MessageDigest digest = newDigest();
        byte[] buffer = new byte[BUFFER_SIZE];
        try (var stream = Files.newInputStream(path)) {
            for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                digest.update(buffer, 0, count);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
