package io.filemill.api.upload;

import io.filemill.api.ApiProperties;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.db.DatabaseProperties;
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
import org.apache.commons.fileupload2.core.RequestContext;
import org.apache.commons.fileupload2.jakarta.servlet6.JakartaServletFileUpload;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** Reads multipart requests part by part, so that memory does not grow with the files. Safe for use by several threads. */
@Component
final class MultipartReceiver {
    static final int MAX_FILES = 100_000;
    static final int MAX_FIELDS = 100;
    static final int MAX_FIELD_BYTES = 1 << 20;
    private static final int MAX_HEADER_BYTES = 8 << 10;
    private static final int MAX_EPILOGUE_BYTES = 8 << 10;
    private static final String FILE_PART = "file";

    private final FileStore store;
    private final Limits limits;

    @Autowired
    MultipartReceiver(FileStore store, ApiProperties properties, DatabaseProperties database) {
        this(store, Limits.of(properties, database));
    }

    MultipartReceiver(FileStore store, Limits limits) {
        this.store = store;
        this.limits = limits;
    }

    /**
     * What a request may be like.
     *
     * @param bytes how long it may be
     */
    record Limits(long bytes, Pace pace, DiskRoom room) {
        static final Limits NONE = new Limits(Long.MAX_VALUE, Pace.ANY, new DiskRoom(() -> Long.MAX_VALUE, 0));

        /** What is configured. */
        static Limits of(ApiProperties properties, DatabaseProperties database) {
            return new Limits(
                    properties.upload().maxSize().toBytes(),
                    Pace.atLeast(properties.upload().minBytesPerSecond()),
                    DiskRoom.of(
                            database.dataDir(),
                            properties.upload().diskReserve().toBytes()));
        }
    }

    /** A request without the encoding that its content type names: names of files are UTF-8. */
    private record Body(String getContentType, InputStream getInputStream) implements RequestContext {
        @Override
        public String getCharacterEncoding() {
            return StandardCharsets.UTF_8.name();
        }

        @Override
        public long getContentLength() {
            return -1;
        }

        @Override
        public boolean isMultipartRelated() {
            return false;
        }
    }

    /**
     * Stores the files of a request and remembers its text fields, in whatever order they come.
     *
     * @throws IOException if the client stops sending, sends no valid multipart, or the disk fails; nothing is then left on disk
     * @throws ProblemException if a part is not as it should be, or a limit is reached; nothing is left either
     */
    ReceivedFiles receive(HttpServletRequest request) throws IOException {
        limits.room().require();
        String tooLong = "The request is longer than " + limits.bytes()
                + " bytes. Send the files as several tasks; filemill.upload.max-size is the limit.";
        var body = new GuardedBody(request.getInputStream(), limits.bytes(), tooLong, limits.pace());
        var upload = new JakartaServletFileUpload<DiskFileItem, DiskFileItemFactory>();
        upload.setHeaderCharset(StandardCharsets.UTF_8);
        upload.setMaxPartHeaderSize(MAX_HEADER_BYTES);
        var received = new ReceivedFiles(store);
        try {
            FileItemInputIterator parts = upload.getItemIterator(new Body(request.getContentType(), body));
            while (parts.hasNext()) {
                receive(parts.next(), received);
            }
            requireEnd(body);
            return received;
        } catch (IOException | RuntimeException e) {
            received.close();
            limits.room().require(); // which may be why
            throw e;
        }
    }

    /** A connection that broke after the last part is one whose client does not know that it was complete. */
    private static void requireEnd(InputStream body) throws IOException {
        if (body.readNBytes(MAX_EPILOGUE_BYTES + 1).length > MAX_EPILOGUE_BYTES) {
            throw ProblemException.invalid(
                    "After the last boundary more than " + MAX_EPILOGUE_BYTES + " bytes follow. End the body there.");
        }
    }

    private void receive(FileItemInput part, ReceivedFiles received) throws IOException {
        InputStream bytes = new PartBytes(part.getInputStream(), limits.room());
        if (FILE_PART.equals(part.getFieldName())) {
            if (received.count() == MAX_FILES) {
                throw new ProblemException(
                        ProblemType.TOO_LARGE,
                        "One request can carry " + MAX_FILES + " files. Send the others as another task.");
            }
            received.addFile(name(part), bytes);
        } else if (part.isFormField()) {
            received.addField(part.getFieldName(), text(bytes, MAX_FIELD_BYTES - received.fieldBytes()));
            if (received.fieldCount() > MAX_FIELDS) {
                throw new ProblemException(
                        ProblemType.TOO_LARGE,
                        "One request can have " + MAX_FIELDS + " text fields. Only those that README names are read.");
            }
        } else {
            throw ProblemException.invalid("The part " + part.getFieldName()
                    + " is a file, but files are expected in parts named " + FILE_PART + ". Rename the part.");
        }
    }

    private static @Nullable String name(FileItemInput part) {
        try {
            return part.getName();
        } catch (InvalidPathException e) {
            return e.getInput(); // it has a control character in it
        }
    }

    private static String text(InputStream bytes, int maxBytes) throws IOException {
        byte[] text = bytes.readNBytes(maxBytes + 1);
        if (text.length > maxBytes) {
            throw new ProblemException(
                    ProblemType.TOO_LARGE,
                    "The text fields of the request are longer than " + MAX_FIELD_BYTES + " bytes together.");
        }
        return new String(text, StandardCharsets.UTF_8);
    }
}
