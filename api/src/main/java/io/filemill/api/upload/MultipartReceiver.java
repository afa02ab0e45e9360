package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.db.storage.FileStore;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import org.apache.commons.fileupload2.core.DiskFileItem;
import org.apache.commons.fileupload2.core.DiskFileItemFactory;
import org.apache.commons.fileupload2.core.FileItemInput;
import org.apache.commons.fileupload2.core.FileItemInputIterator;
import org.apache.commons.fileupload2.jakarta.servlet6.JakartaServletFileUpload;
import org.jspecify.annotations.Nullable;

/** Reads multipart requests part by part, so that memory does not grow with the files. Safe for use by several threads. */
final class MultipartReceiver {
    static final int MAX_FILES = 100_000;
    static final int MAX_FIELD_BYTES = 1 << 20;
    private static final int MAX_HEADER_BYTES = 8 << 10;
    private static final String FILE_PART = "file";

    private final FileStore store;

    MultipartReceiver(FileStore store) {
        this.store = store;
    }

    /**
     * Stores the files of a request and remembers its text fields, in whatever order they come.
     *
     * @throws IOException if the client stops sending, sends no valid multipart, or the disk fails; nothing is then left on disk
     * @throws ProblemException if a part is not as it should be; nothing is left either
     */
    ReceivedFiles receive(HttpServletRequest request) throws IOException {
        var upload = new JakartaServletFileUpload<DiskFileItem, DiskFileItemFactory>();
        upload.setHeaderCharset(StandardCharsets.UTF_8);
        upload.setMaxPartHeaderSize(MAX_HEADER_BYTES);
        var received = new ReceivedFiles(store);
        try {
            FileItemInputIterator parts = upload.getItemIterator(request);
            while (parts.hasNext()) {
                receive(parts.next(), received);
            }
            return received;
        } catch (IOException | RuntimeException e) {
            received.close();
            throw e;
        }
    }

    private static void receive(FileItemInput part, ReceivedFiles received) throws IOException {
        try (InputStream bytes = part.getInputStream()) {
            if (FILE_PART.equals(part.getFieldName())) {
                if (received.count() == MAX_FILES) {
                    throw new ProblemException(
                            ProblemType.TOO_LARGE,
                            "One request can carry " + MAX_FILES + " files. Send the others as another task.");
                }
                received.addFile(name(part), bytes);
            } else if (part.isFormField()) {
                received.addField(part.getFieldName(), text(part.getFieldName(), bytes));
            } else {
                throw ProblemException.invalid("The part " + part.getFieldName()
                        + " is a file, but files are expected in parts named " + FILE_PART + ". Rename the part.");
            }
        }
    }

    private static @Nullable String name(FileItemInput part) {
        try {
            return part.getName();
        } catch (InvalidPathException e) {
            return e.getInput(); // it has a control character in it
        }
    }

    private static String text(String field, InputStream bytes) throws IOException {
        byte[] text = bytes.readNBytes(MAX_FIELD_BYTES + 1);
        if (text.length > MAX_FIELD_BYTES) {
            throw new ProblemException(
                    ProblemType.TOO_LARGE, "The field " + field + " is longer than " + MAX_FIELD_BYTES + " bytes.");
        }
        return new String(text, StandardCharsets.UTF_8);
    }
}
