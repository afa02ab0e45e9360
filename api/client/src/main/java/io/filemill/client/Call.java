package io.filemill.client;

import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One request, which may be sent several times.
 *
 * @param path with its query, encoded
 * @param body opened for each time; null for none
 * @param repeatable whether it does no harm if the server carries it out twice
 */
record Call(
        String method,
        String path,
        Map<String, String> headers,
        @Nullable Supplier<InputStream> body,
        boolean repeatable) {
    static final String JSON = "application/json";

    static Call get(Object path) {
        return new Call("GET", path.toString(), Map.of(), null, true);
    }

    static Call put(String path, Supplier<InputStream> json) {
        return new Call("PUT", path, Map.of("Content-Type", JSON), json, true);
    }

    static Call patch(String path, Supplier<InputStream> json) {
        return new Call("PATCH", path, Map.of("Content-Type", JSON), json, true);
    }

    static Call delete(String path) {
        return new Call("DELETE", path, Map.of(), null, true);
    }

    /** A change that is the same if it is made twice. */
    static Call post(String path) {
        return new Call("POST", path, Map.of(), null, true);
    }

    /** Whether it carries as much as it wants, so that nobody can tell how long it takes. */
    boolean isStreamed() {
        return body != null && !JSON.equals(headers.get("Content-Type"));
    }

    /** A change that is made again if it is sent again. */
    Call once() {
        return new Call(method, path, headers, body, false);
    }

    Call with(String header, String value) {
        Map<String, String> all = new HashMap<>(headers);
        all.put(header, value);
        return new Call(method, path, all, body, repeatable);
    }

    Call with(Supplier<InputStream> content, String contentType) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Content-Type", contentType);
        return new Call(method, path, all, content, repeatable);
    }
}
