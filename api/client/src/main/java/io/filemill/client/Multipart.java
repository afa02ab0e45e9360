package io.filemill.client;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** A {@code multipart/form-data} body (RFC 7578): fields, then files, which are opened one at a time. */
final class Multipart {
    private final String boundary = "filemill-" + UUID.randomUUID();
    private final Map<String, String> fields;
    private final List<UploadFile> files;

    Multipart(Map<String, String> fields, List<UploadFile> files) {
        this.fields = fields;
        this.files = files;
    }

    String contentType() {
        return "multipart/form-data; boundary=" + boundary;
    }

    /** The body from its beginning. */
    InputStream open() {
        Stream<UploadFile.Content> head = fields.entrySet().stream()
                .map(field -> text(part("name=\"" + escape(field.getKey()) + "\"") + field.getValue() + "\r\n"));
        Stream<UploadFile.Content> middle = files.stream()
                .flatMap(file -> Stream.of(
                        text(part("name=\"file\"; filename=\"" + escape(file.name())
                                + "\"\r\nContent-Type: application/octet-stream")),
                        file.content(),
                        text("\r\n")));
        Stream<UploadFile.Content> tail = Stream.of(text("--" + boundary + "--\r\n"));
        return new ChunkedStream(
                Stream.of(head, middle, tail).flatMap(parts -> parts).iterator());
    }

    private String part(String disposition) {
        return "--" + boundary + "\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n";
    }

    private static UploadFile.Content text(String text) {
        return () -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The characters that would end a name or a line are percent-encoded, as browsers do. */
    private static String escape(String name) {
        var escaped = new StringBuilder(name.length());
        name.chars().forEach(c -> {
            if (c == '"' || c < ' ' || c == 0x7f) {
                escaped.append("%%%02X".formatted(c));
            } else {
                escaped.append((char) c);
            }
        });
        return escaped.toString();
    }
}
