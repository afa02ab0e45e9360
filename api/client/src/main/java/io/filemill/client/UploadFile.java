package io.filemill.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file to send.
 *
 * @param name what identifies it in its task, and what people see
 * @param content opened once for each time that the request is sent
 */
public record UploadFile(String name, Content content) {
    /** Where the bytes come from. */
    public interface Content {
        /** Opens the bytes from their beginning; the caller closes them. */
        InputStream open() throws IOException;
    }

    /** A file of this machine, under its own name. */
    public static UploadFile of(Path file) {
        return new UploadFile(String.valueOf(file.getFileName()), () -> Files.newInputStream(file));
    }

    /** Bytes in memory. */
    public static UploadFile of(String name, byte[] bytes) {
        return new UploadFile(name, () -> new ByteArrayInputStream(bytes));
    }
}
