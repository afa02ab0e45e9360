package io.filemill.api.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * A {@code multipart/form-data} body (RFC 7578) that reads one file at a time from disk while it is sent. File names are UTF-8; the characters
 * that would end a name or a line are percent-encoded, as browsers do.
 *
 * <p>A file that cannot be opened when its turn comes gets no part; {@link #unsent()} names it. For use once, by one thread.
 */
final class MultipartBody implements FilemillClient.Body {
    private static final int BUFFER_BYTES = 1 << 16;

    private final String boundary;
    private final Map<String, String> fields;
    private final List<SelectedFile> files;
    private final LongConsumer progress;
    private final List<String> unsent = new ArrayList<>();
    private long bytesSent;

    /**
     * Makes a body.
     *
     * @param boundary a string that occurs in none of the files
     * @param fields the form's other fields, sent first
     * @param files the files, sent as parts named {@code file}
     * @param progress is told how many bytes of files were sent so far
     */
    MultipartBody(String boundary, Map<String, String> fields, List<SelectedFile> files, LongConsumer progress) {
        this.boundary = boundary;
        this.fields = fields;
        this.files = files;
        this.progress = progress;
    }

    String contentType() {
        return "multipart/form-data; boundary=" + boundary;
    }

    /** The files that could not be opened, each with the reason. */
    List<String> unsent() {
        return List.copyOf(unsent);
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        for (Map.Entry<String, String> field : fields.entrySet()) {
            text(
                    out,
                    "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + escape(field.getKey())
                            + "\"\r\n\r\n");
            text(out, field.getValue() + "\r\n");
        }
        byte[] buffer = new byte[BUFFER_BYTES];
        for (SelectedFile file : files) {
            write(file, out, buffer);
        }
        text(out, "--" + boundary + "--\r\n");
    }

    private void write(SelectedFile file, OutputStream out, byte[] buffer) throws IOException {
        InputStream opened;
        try {
            opened = Files.newInputStream(file.path());
        } catch (IOException e) {
            unsent.add(file.path() + ": it could not be opened any more");
            return;
        }
        try (InputStream content = opened) {
            text(
                    out,
                    "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
                            + escape(file.name()) + "\"\r\nContent-Type: application/octet-stream\r\n\r\n");
            for (int count = read(content, buffer, file); count >= 0; count = read(content, buffer, file)) {
                out.write(buffer, 0, count);
                bytesSent += count;
                progress.accept(bytesSent);
            }
            text(out, "\r\n");
        }
    }

    private static int read(InputStream content, byte[] buffer, SelectedFile file) throws IOException {
        try {
            return content.read(buffer);
        } catch (IOException e) {
            throw new IOException(file.path() + " could not be read to its end: " + e.getMessage(), e);
        }
    }

    private static void text(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
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
