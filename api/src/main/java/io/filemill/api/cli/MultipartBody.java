package io.filemill.api.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@code multipart/form-data} body (RFC 7578) that reads one file at a time from disk while it is sent. File names are UTF-8; the characters
 * that would end a name or a line are percent-encoded, as browsers do.
 *
 * <p>A file that cannot be opened when its turn comes gets no part; {@link #unsent()} names it. Readable once, by one thread.
 */
final class MultipartBody extends InputStream {
    private final String boundary;
    private final Iterator<Map.Entry<String, String>> fields;
    private final Iterator<SelectedFile> files;
    private final LongConsumer progress;
    private final ConcurrentLinkedQueue<String> unsent = new ConcurrentLinkedQueue<>();
    private InputStream part = InputStream.nullInputStream();
    private boolean last;
    private long bytesRead;

    /**
     * Makes a body.
     *
     * @param boundary a string that occurs in none of the files
     * @param fields the form's other fields, sent first
     * @param files the files, sent as parts named {@code file}
     * @param progress is told how many bytes were read so far
     */
    MultipartBody(String boundary, Map<String, String> fields, List<SelectedFile> files, LongConsumer progress) {
        this.boundary = boundary;
        this.fields = fields.entrySet().iterator();
        this.files = files.iterator();
        this.progress = progress;
    }

    /** The files that could not be opened, each with the reason. May be asked by any thread. */
    List<String> unsent() {
        return List.copyOf(unsent);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** Fills the buffer across parts: what one read returns becomes one chunk on the wire, and small files would cost three each. */
    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = part.readNBytes(buffer, offset, length);
        while (count < length && !last) {
            part.close();
            part = next();
            count += part.readNBytes(buffer, offset + count, length - count);
        }
        bytesRead += count;
        progress.accept(bytesRead);
        return count == 0 && length > 0 ? -1 : count;
    }

    @Override
    public void close() throws IOException {
        part.close();
    }

    private InputStream next() {
        if (fields.hasNext()) {
            var field = fields.next();
            return text("--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
                    .formatted(boundary, escape(field.getKey()), field.getValue()));
        }
        while (files.hasNext()) {
            InputStream file = open(files.next());
            if (file != null) {
                return file;
            }
        }
        last = true;
        return text("--" + boundary + "--\r\n");
    }

    private @Nullable InputStream open(SelectedFile file) {
        try {
            InputStream content = Files.newInputStream(file.path());
            InputStream header = text("--" + boundary + "\r\n"
                    + "Content-Disposition: form-data; name=\"file\"; filename=\"" + escape(file.name()) + "\"\r\n"
                    + "Content-Type: application/octet-stream\r\n\r\n");
            return new SequenceInputStream(header, new SequenceInputStream(content, text("\r\n")));
        } catch (IOException e) {
            unsent.add(file.path() + ": it could not be opened any more");
            return null;
        }
    }

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String escape(String name) {
        var escaped = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '"' || c < ' ' || c == 0x7f) {
                escaped.append("%%%02X".formatted((int) c));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
