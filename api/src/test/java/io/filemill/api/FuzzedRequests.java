package io.filemill.api;

import io.filemill.api.FuzzedServer.Operation;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Random requests that are mostly right: a route, and a few things about it that are not as they should be. */
final class FuzzedRequests {
    /** Addresses that no description names, and the submissions, which have the most ways to be wrong. */
    private static final List<String> ROUTES = List.of(
            "GET /error",
            "GET /",
            "GET /{id}",
            "GET /v1/{id}",
            "POST /v1/tasks application/json",
            "POST /v1/tasks application/json",
            "POST /v1/tasks application/json",
            "POST /v1/tasks application/json",
            "POST /v1/tasks multipart/form-data",
            "POST /v1/tasks multipart/form-data",
            "POST /v1/tasks multipart/form-data",
            "POST /v1/tasks multipart/form-data",
            "POST /v1/tasks application/x-ndjson",
            "POST /v1/tasks text/csv",
            "POST /router/upload_ingest multipart/form-data",
            "POST /router/upload_ingest multipart/form-data",
            "POST /upload_path application/json",
            "POST /upload_bucket application/json");

    private static final List<String> METHODS =
            List.of("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "FOO", "get", "CONNECT");
    private static final List<String> PARAMETERS = List.of(
            "limit",
            "cursor",
            "status",
            "error_code",
            "q",
            "offset",
            "processor",
            "not_before",
            "priority",
            "ticket",
            "access_token",
            "",
            "limit[]",
            "é");
    private static final List<String> MEMBERS = List.of(
            "processor",
            "items",
            "paths",
            "path",
            "settings",
            "priority",
            "replace_duplicates",
            "other",
            "",
            "task_id");
    private static final List<String> HEADERS = List.of(
            "Accept: text/html",
            "Accept: */*",
            "Accept: nonsense",
            "Accept: application/json;q=0",
            "Accept: application/problem+json",
            "Accept: text/event-stream, application/json;q=0.1",
            "Accept: ;;,,//",
            "Accept: \u0085",
            "Accept-Charset: utf-7",
            "Accept-Language: xx-@@",
            "Accept-Encoding: gzip",
            "Content-Encoding: gzip",
            "Content-Encoding: identity",
            "Content-Type: text/plain",
            "Content-Type: nonsense",
            "Content-Type: ;",
            "Content-Type: \u0085",
            "Content-Type: application/json; charset=utf-16",
            "Content-Type: application/json; charset=nonsense",
            "Content-Type: application/x-www-form-urlencoded",
            "Content-Type: application/xml",
            "Content-Type: multipart/form-data",
            "Content-Type: multipart/form-data; boundary=",
            "Content-Type: multipart/form-data; boundary=x; charset=nonsense",
            "Content-Type: multipart/form-data; boundary=part-of-a-test; charset=é",
            "Content-Type: multipart/mixed; boundary=part-of-a-test",
            "Range: bytes=0-1",
            "If-None-Match: *",
            "If-Modified-Since: never",
            "Idempotency-Key: " + "k".repeat(300),
            "Idempotency-Key: \u00FF",
            "Idempotency-Key:",
            "X-Forwarded-For: nonsense",
            "X-Forwarded-For: \u0085",
            "X-Request-Id: ${jndi:ldap://127.0.0.1/a}",
            "traceparent: 00-ffffffffffffffffffffffffffffffff-0000000000000000-zz",
            "X-Forwarded-Proto: x://",
            "X-HTTP-Method-Override: DELETE",
            "Origin: http://elsewhere",
            "Cookie: a=b; JSESSIONID=x",
            "Authorization: Basic nonsense",
            "Authorization: Bearer nonsense",
            "Authorization: Bearer fm_nonsense",
            "Authorization: Bearer a.b.c",
            "Authorization: Bearer \u0085",
            "Authorization: Bearer",
            "X-Long: " + "x".repeat(6000),
            "X-Longer: " + "x".repeat(20_000));
    private static final List<String> HEADER_VALUES = List.of(
            "*",
            "a",
            "0",
            "1",
            "-1",
            "999999999999999999",
            "99999999999999999999",
            "\"a\"",
            "W/\"a\", \"b\"",
            "W/\"",
            "",
            "k".repeat(300),
            "\u00FF",
            "\u00F0\u009F\u0098\u0080"); // a smile in UTF-8
    private static final List<String> RAW_HEADERS = List.of(
            "Host: b",
            "Host: [::",
            "Content-Length: -1",
            "Content-Length: x",
            "Content-Length: 99999999999999999999",
            "Content-Length: 5",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: nonsense",
            "Expect: 100-continue",
            "Expect: miracles",
            "Connection: upgrade\r\nUpgrade: websocket",
            "Upgrade: h2c",
            "No colon",
            " folded: yes",
            "X-\u0000: a",
            "X-A: \u0001");

    private final FuzzedServer server;
    private final FuzzedValues values;

    FuzzedRequests(long seed, FuzzedServer server) {
        this.server = server;
        this.values = new FuzzedValues(seed, server);
    }

    /**
     * A request.
     *
     * @param headers lines
     */
    record Request(String method, String target, List<String> headers, byte[] body) {
        /** As it goes over the wire. Whoever gives no length gets one. */
        byte[] bytes() {
            var head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
            boolean framed = false;
            for (String header : headers) {
                head.append(header).append("\r\n");
                framed |= header.startsWith("Content-Length") || header.startsWith("Transfer-Encoding");
            }
            if (!framed && body.length > 0) {
                head.append("Content-Length: ").append(body.length).append("\r\n");
            }
            var bytes = new ByteArrayOutputStream();
            bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            bytes.writeBytes(body);
            return bytes.toByteArray();
        }

        @Override
        public String toString() {
            String text = new String(bytes(), StandardCharsets.ISO_8859_1);
            return text.length() > 3000 ? text.substring(0, 3000) + "… " + text.length() : text;
        }
    }

    /**
     * One that an HTTP client would send.
     *
     * @param number says which operation of the server it is mostly for; each has its turn
     */
    Request next(int number) {
        return values.oneIn(3)
                ? ofRoute()
                : ofOperation(
                        server.operations().get(number % server.operations().size()));
    }

    private Request ofRoute() {
        String[] route = values.any(ROUTES).split(" ", -1);
        String type = route.length > 2 && !values.oneIn(20) ? route[2] : "";
        return request(
                route[0],
                address(route[1]) + query(new ArrayList<>()),
                new ArrayList<>(),
                type,
                MissingNode.getInstance());
    }

    private Request ofOperation(Operation operation) {
        List<String> query = new ArrayList<>();
        List<String> headers = new ArrayList<>();
        for (JsonNode parameter : operation.node().path("parameters")) {
            String name = parameter.path("name").asString("");
            boolean given = parameter.path("required").asBoolean(false) ? !values.oneIn(8) : values.oneIn(3);
            if (given && parameter.path("in").asString("").equals("query")) {
                String type = FuzzedValues.type(parameter.path("schema"));
                query.add(name + "=" + FuzzedValues.encoded(values.text(name, parameter, type)));
            } else if (given && parameter.path("in").asString("").equals("header")) {
                headers.add(name + ": " + values.any(HEADER_VALUES));
            }
        }
        JsonNode content = operation.node().path("requestBody").path("content");
        String type = content.isEmpty() ? "" : values.any(List.copyOf(content.propertyNames()));
        return request(operation.method(), address(operation.path()) + query(query), headers, type, content.path(type));
    }

    /**
     * With a thing or two that may be wrong.
     *
     * @param type of the body; empty for none
     * @param described what the description says of the body; may be missing
     */
    private Request request(String method, String target, List<String> headers, String type, JsonNode described) {
        byte[] body = {};
        String sent = type.isEmpty() && values.oneIn(10) ? "application/json" : type;
        if (!sent.isEmpty() && !values.oneIn(20)) {
            headers.add("Content-Type: " + (sent.startsWith("multipart/") ? new Multipart().contentType() : sent));
            body = body(sent, described);
        }
        headers.addAll(server.headers());
        if (values.oneIn(4)) {
            String header = values.any(HEADERS);
            String name = header.substring(0, header.indexOf(':') + 1);
            headers.removeIf(line -> line.startsWith(name));
            headers.add(header);
        }
        if (body.length > 0 && values.oneIn(5)) {
            body = values.mutated(body);
        }
        return new Request(values.oneIn(8) ? values.any(METHODS) : method, target, headers, body);
    }

    private byte[] body(String type, JsonNode described) {
        return switch (type) {
            case "multipart/form-data" -> multipart(described.path("schema").path("properties"));
            case "application/x-ndjson" -> bytes(json() + "\n" + values.json() + "\n\"a\"");
            case "text/csv" -> bytes("item\n" + values.text() + "\n\"" + values.text());
            default ->
                bytes(
                        described.isMissingNode()
                                ? json()
                                : values.json("", described.path("schema"), described.path("example")));
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** One that breaks the rules of HTTP. */
    byte[] nextRaw(int number) {
        Request request = next(number);
        List<String> headers = new ArrayList<>(request.headers());
        if (values.oneIn(2)) {
            headers.add(values.any(RAW_HEADERS));
        }
        String target = values.oneIn(4) ? "/v1/tasks/" + rawString() : request.target();
        byte[] bytes = new Request(request.method(), target, headers, request.body()).bytes();
        return values.oneIn(3) ? values.mutated(bytes) : bytes;
    }

    private String address(String path) {
        var address = new StringBuilder();
        String before = "";
        for (String part : path.substring(1).split("/", -1)) {
            address.append('/').append(part.startsWith("{") ? values.inPath(before) : part);
            before = part;
        }
        if (values.oneIn(12)) {
            address.append(
                    values.any(List.of("/", "//", ";a=b", "/.", "/..", "/..;/x", ".json", "%20", "%2e%2e/x", "/%5B")));
        }
        return address.toString();
    }

    private String query(List<String> parameters) {
        if (values.oneIn(3)) {
            parameters.add(FuzzedValues.encoded(values.any(PARAMETERS))
                    + '='
                    + (values.oneIn(8)
                            ? values.any(List.of("%", "%zz", "%ff", "[", "+", "a;b", "%00"))
                            : values.encoded()));
        }
        return parameters.isEmpty() ? "" : "?" + String.join("&", parameters);
    }

    private String rawString() {
        return new String(bytes(values.text()), StandardCharsets.ISO_8859_1);
    }

    private String json() {
        if (values.oneIn(20)) {
            return values.json();
        }
        List<String> members = new ArrayList<>();
        if (values.oneIn(2)) {
            members.add("\"processor\": \"noop\"");
        }
        members.add(
                switch (values.below(4)) {
                    case 0 ->
                        "\"items\": [\"a\", " + FuzzedValues.quoted(values.text()) + ", "
                                + FuzzedValues.quoted(values.text()) + "]";
                    case 1 -> "\"paths\": [" + FuzzedValues.quoted(values.any(server.known("path"))) + "]";
                    case 2 ->
                        "\"path\": "
                                + FuzzedValues.quoted(
                                        values.oneIn(2) ? values.any(server.known("path")) : values.text());
                    default -> "\"items\": [\"a\"]";
                });
        for (int i = values.below(3); i > 0; i--) {
            members.add(FuzzedValues.quoted(values.any(MEMBERS)) + ": "
                    + (values.oneIn(3) ? FuzzedValues.quoted(values.text()) : values.json()));
        }
        return "{" + String.join(", ", members) + "}";
    }

    /**
     * @param fields by their names, that the server knows
     */
    private byte[] multipart(JsonNode fields) {
        List<String> names = new ArrayList<>(fields.propertyNames());
        names.addAll(List.of("processor", "settings", "x"));
        var body = new Multipart();
        for (int i = values.below(4); i >= 0; i--) {
            String name = values.text();
            switch (values.below(8)) {
                case 0, 1, 2 -> body.file("file " + values.below(3) + ".txt", "content " + values.below(3));
                case 3 -> body.file(name, "content");
                case 4 ->
                    body.part(
                            "form-data; name=\"file\"; filename*=" + (values.oneIn(2) ? "UTF-8''" : "")
                                    + values.encoded(),
                            "content");
                case 5 -> {
                    String field = values.any(names);
                    JsonNode described = fields.path(field);
                    body.field(
                            field,
                            values.oneIn(2)
                                    ? values.json(field, described, MissingNode.getInstance())
                                    : values.text(field, described, FuzzedValues.type(described)));
                }
                case 6 ->
                    body.part(
                            values.any(List.of(
                                    "form-data",
                                    "form-data; name=file; filename=a",
                                    "form-data; name=\"file\"; filename",
                                    "form-data; name=\"file\"; filename=\"a\\\"b\"",
                                    "form-data; name=\"file\"; filename=\"a\"; filename=\"b\"",
                                    "form-data; name=\"file\"; filename*=nonsense'en'%41",
                                    "form-data; name=\"file\"; filename*=UTF-8''%zz",
                                    "form-data; name=\"file\"; filename=\"=?UTF-8?B?w6k=?=\"",
                                    "form-data; name=\"file\"; filename=\"=?nonsense?Q?=ZZ?=\"",
                                    "form-data; name*=UTF-8''file; filename=a",
                                    "attachment; filename=a",
                                    "form-data; name=\"file\"; filename=\"a\r\n b\"",
                                    "form-data; name=\"file\"; filename=\"a\"\r\nContent-Type: multipart/mixed; boundary=y",
                                    "form-data; name=\"file\"; filename=\"a\"\r\nContent-Transfer-Encoding: base64",
                                    "form-data; name=\"file\"; filename=\"a\"\r\nNo colon",
                                    "",
                                    ";;;===")),
                            "content");
                default -> body.field(name, name);
            }
        }
        return body.bytes();
    }
}
