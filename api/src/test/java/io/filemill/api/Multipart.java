package io.filemill.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The bytes of a multipart/form-data request. */
public final class Multipart {
    private static final String BOUNDARY = "part-of-a-test";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    public Multipart file(String filename, String content) {
        return part("form-data; name=\"file\"; filename=\"" + filename + "\"", content);
    }

    public Multipart field(String name, String value) {
        return part("form-data; name=\"" + name + "\"", value);
    }

    public Multipart part(String disposition, String content) {
        bytes.writeBytes(("--" + BOUNDARY + "\r\nContent-Disposition: " + disposition + "\r\n\r\n" + content + "\r\n")
                .getBytes(StandardCharsets.UTF_8));
        return this;
    }

    public String contentType() {
        return "multipart/form-data; boundary=" + BOUNDARY;
    }

    public byte[] bytes() {
        byte[] end = ("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8);
        var all = new ByteArrayOutputStream();
        all.writeBytes(bytes.toByteArray());
        all.writeBytes(end);
        return all.toByteArray();
    }
}
