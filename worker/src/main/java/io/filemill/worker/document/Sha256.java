package io.filemill.worker.document;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The digest that identifies a file's content. */
final class Sha256 {
    private static final int BUFFER_SIZE = 128 * 1024;

    private Sha256() {}

    /** Reads a file and gives its digest in lower-case hexadecimal. Stops when the thread is interrupted. */
    static String of(Path path) throws IOException, InterruptedException {
        var digest = sha256();
        var buffer = new byte[BUFFER_SIZE];
        try (var stream = Files.newInputStream(path)) {
            for (var count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                digest.update(buffer, 0, count);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
