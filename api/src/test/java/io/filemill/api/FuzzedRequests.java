package io.filemill.api;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Random requests that are mostly right: a route, and a few things about it that are not as they should be. */
final class FuzzedRequests {
    private static final List<String> ROUTES = List.of(
            "GET /v1",
            "GET /v1/tasks",
            "GET /v1/tasks/{id}",
            "GET /v1/tasks/{id}/files",
            "POST /v1/tasks/{id}/cancel",
            "POST /v1/tasks/{id}/retry",
            "PATCH /v1/tasks/{id} change",
            "PATCH /v1/tasks/{id} change",
            "POST /v1/tasks/{id}/pause",
            "POST /v1/tasks/{id}/resume",
            "GET /v1/stats/queue",
            "GET /v1/limits",
            "GET /v1/limits/user/{id}",
            "PUT /v1/limits/user/{id} limit",
            "PUT /v1/limits/processor/{id} limit",
            "PUT /v1/limits/sink/{id} limit",
            "PUT /v1/limits/{id}/{id} limit",
            "DELETE /v1/limits/user/{id}",
            "POST /v1/limits/user/{id}/pause",
            "POST /v1/limits/processor/{id}/resume",
            "GET /v1/nodes",
            "GET /v1/search",
            "GET /tasks",
            "GET /tasks/{id}",
            "POST /tasks/{id}/cancel",
            "POST /tasks/{id}/retry selection",
            "POST /tasks/{id}/files/cancel selection",
            "POST /upload_path",
            "POST /upload_bucket",
            "GET /upload_options",
            "GET /actuator/health",
            "GET /actuator/health/{id}",
            "GET /error",
            "GET /",
            "GET /v1/{id}",
            "POST /v1/tasks json",
            "POST /v1/tasks json",
            "POST /v1/tasks json",
            "POST /v1/tasks json",
            "POST /v1/tasks multipart",
            "POST /v1/tasks multipart",
            "POST /v1/tasks multipart",
            "POST /v1/tasks ndjson",
            "POST /v1/tasks csv",
            "POST /v1/tasks multipart",
            "POST /router/upload_ingest multipart",
            "POST /router/upload_ingest multipart");
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
            "",
            "limit[]",
            "é");
    private static final List<String> STRINGS = List.of(
            "",
            " ",
            ".",
            "..",
            "/",
            "//",
            "\\",
            "C:\\Windows\\win.ini",
            "../../../../etc/passwd",
            "/etc/passwd",
            "/proc/self/environ",
            "/dev/zero",
            "~/x",
            "file:///etc/passwd",
            "a\nb",
            "a\r\nX: y",
            "\u0000",
            "a\u0000b",
            "\u202Egpj.exe",
            "e\u0301",
            "\u00E9",
            "\uD83D\uDE00",
            "\uD800",
            "\uDC00\uD800",
            "\uFFFE",
            "[",
            "]",
            "{a,{b}}",
            "*",
            "**",
            "***",
            "[!a-",
            "%",
            "%00",
            "%zz",
            "%2F",
            "%5C",
            "%C0%AF",
            "'; drop table upload_task; --",
            "${jndi:ldap://127.0.0.1/a}",
            "<script>",
            "null",
            "true",
            "-1",
            "0",
            "1e400",
            "9223372036854775808",
            "99999999999999999999999999999999999999",
            "1-1-1-1-1",
            "application/json",
            "noop",
            "document",
            "pending",
            "CANCELLED",
            "MA",
            "KzEwMDAwMDAwMDAtMDEtMDFUMDA6MDA6MDBaIDAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMA",
            "x".repeat(255),
            "x".repeat(4096),
            "/x".repeat(3000),
            "é".repeat(1500));
    private static final List<String> JSON_VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "5",
            "5.5",
            "1e400",
            "-1e400",
            "1e-400",
            "9223372036854775808",
            "1" + "0".repeat(900),
            "1" + "0".repeat(1100),
            "[]",
            "{}",
            "[null]",
            "[[]]",
            "[1, \"a\", {}]",
            "{\"a\": {\"b\": [1, 2.5, 1e400]}}",
            "\"noop\"",
            "NaN",
            "\"\\ud800\"",
            "[\"\\ud800\"]",
            "{\"\\udc00\": 1}",
            "\"\\u0000\"",
            "{\"\\u0000\": \"\\u0000\"}",
            "[\"a\\u0000\"]",
            "{\"a\": 1, \"a\": 2}",
            "[".repeat(300) + "]".repeat(300),
            "{\"a\": " + "[".repeat(480) + "]".repeat(480) + "}",
            "[".repeat(2000),
            "{\"a\":".repeat(490) + "1" + "}".repeat(490));
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
            "Accept-Charset: utf-7",
            "Accept-Language: xx-@@",
            "Accept-Encoding: gzip",
            "Content-Encoding: gzip",
            "Content-Encoding: identity",
            "Content-Type: text/plain",
            "Content-Type: nonsense",
            "Content-Type: ;",
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
            "X-Forwarded-Proto: x://",
            "X-HTTP-Method-Override: DELETE",
            "Origin: http://elsewhere",
            "Cookie: a=b; JSESSIONID=x",
            "Authorization: Basic nonsense",
            "X-Long: " + "x".repeat(6000),
            "X-Longer: " + "x".repeat(20_000));
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

    private final Random random;
    private final List<String> taskIds;
    private final String root;

    /**
     * @param taskIds tasks that exist
     * @param root a folder that may be ingested
     */
    FuzzedRequests(long seed, List<String> taskIds, String root) {
        this.random = new Random(seed);
        this.taskIds = taskIds;
        this.root = root;
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

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** One that an HTTP client would send. */
    Request next() {
        String[] route = any(ROUTES).split(" ", -1);
        String method = oneIn(8) ? any(METHODS) : route[0];
        List<String> headers = new ArrayList<>();
        byte[] body = {};
        if (route.length > 2 ? !oneIn(20) : oneIn(10) || route[1].startsWith("/upload_")) {
            String kind = route.length > 2 ? route[2] : oneIn(4) ? "multipart" : "json";
            headers.add("Content-Type: "
                    + switch (kind) {
                        case "multipart" -> "multipart/form-data; boundary=part-of-a-test";
                        case "ndjson" -> "application/x-ndjson";
                        case "csv" -> "text/csv";
                        default -> "application/json";
                    });
            body = switch (kind) {
                case "multipart" -> multipart();
                case "ndjson" -> (json() + "\n" + any(JSON_VALUES) + "\n\"a\"").getBytes(StandardCharsets.UTF_8);
                case "csv" -> ("item\n" + any(STRINGS) + "\n\"" + any(STRINGS)).getBytes(StandardCharsets.UTF_8);
                case "change", "limit", "selection" -> members(kind).getBytes(StandardCharsets.UTF_8);
                default -> json().getBytes(StandardCharsets.UTF_8);
            };
        }
        if (oneIn(4)) {
            String header = any(HEADERS);
            String name = header.substring(0, header.indexOf(':') + 1);
            headers.removeIf(line -> line.startsWith(name));
            headers.add(header);
        }
        if (body.length > 0 && oneIn(5)) {
            body = mutated(body);
        }
        return new Request(method, target(route[1]), headers, body);
    }

    /** One that breaks the rules of HTTP. */
    byte[] nextRaw() {
        Request request = next();
        List<String> headers = new ArrayList<>(request.headers());
        if (oneIn(2)) {
            headers.add(any(RAW_HEADERS));
        }
        String target = oneIn(4) ? "/v1/tasks/" + rawString() : request.target();
        byte[] bytes = new Request(request.method(), target, headers, request.body()).bytes();
        return oneIn(3) ? mutated(bytes) : bytes;
    }

    private String target(String route) {
        String id = oneIn(2) ? any(taskIds) : oneIn(2) ? new UUID(random.nextLong(), 1).toString() : encoded();
        var target = new StringBuilder(route.replace("{id}", id));
        if (oneIn(12)) {
            target.append(any(List.of("/", "//", ";a=b", "/.", "/..", "/..;/x", ".json", "%20", "%2e%2e/x", "/%5B")));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            target.append(target.indexOf("?") < 0 ? '?' : '&')
                    .append(URLEncoder.encode(any(PARAMETERS), StandardCharsets.UTF_8))
                    .append('=')
                    .append(oneIn(8) ? any(List.of("%", "%zz", "%ff", "[", "+", "a;b", "%00")) : encoded());
        }
        return target.toString();
    }

    private String encoded() {
        return URLEncoder.encode(any(STRINGS), StandardCharsets.UTF_8).replace("+", "%20");
    }

    private String rawString() {
        return new String(any(STRINGS).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private String json() {
        if (oneIn(20)) {
            return any(JSON_VALUES);
        }
        List<String> members = new ArrayList<>();
        if (oneIn(2)) {
            members.add("\"processor\": \"noop\"");
        }
        members.add(
                switch (random.nextInt(4)) {
                    case 0 -> "\"items\": [\"a\", " + quoted(any(STRINGS)) + ", " + quoted(any(STRINGS)) + "]";
                    case 1 -> "\"paths\": [" + quoted(root + "/" + any(STRINGS)) + "]";
                    case 2 -> "\"path\": " + quoted(oneIn(2) ? root : any(STRINGS));
                    default -> "\"items\": [\"a\"]";
                });
        for (int i = random.nextInt(3); i > 0; i--) {
            members.add(quoted(any(MEMBERS)) + ": " + (oneIn(3) ? quoted(any(STRINGS)) : any(JSON_VALUES)));
        }
        return "{" + String.join(", ", members) + "}";
    }

    /** An object with members that a route knows, most of whose values it does not expect. */
    private String members(String kind) {
        List<String> names = switch (kind) {
            case "change" -> List.of("priority", "not_before");
            case "limit" -> List.of("max_running", "rate_per_second", "burst", "max_queued_files", "max_queued_bytes");
            default -> List.of("file_paths", "file_path", "files");
        };
        List<String> members = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            String value =
                    oneIn(3) ? quoted(any(STRINGS)) : oneIn(2) ? any(JSON_VALUES) : "" + (1000 + random.nextInt(9));
            members.add(quoted(any(names)) + ": " + value);
        }
        return "{" + String.join(", ", members) + "}";
    }

    private String quoted(String text) {
        var json = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c < 0x20 || c == '"' || c == '\\' || c >= 0x7f) {
                json.append(String.format("\\u%04x", c));
            } else {
                json.append((char) c);
            }
        });
        return json.append('"').toString();
    }

    private byte[] multipart() {
        var body = new Multipart();
        for (int i = random.nextInt(4); i >= 0; i--) {
            String name = any(STRINGS);
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> body.file("file " + random.nextInt(3) + ".txt", "content " + random.nextInt(3));
                case 3 -> body.file(name, "content");
                case 4 ->
                    body.part(
                            "form-data; name=\"file\"; filename*=" + (oneIn(2) ? "UTF-8''" : "") + encoded(),
                            "content");
                case 5 ->
                    body.field(
                            any(List.of("processor", "settings", "priority", "replace_duplicates", "tweaks", "x")),
                            oneIn(2) ? any(JSON_VALUES) : name);
                case 6 ->
                    body.part(
                            any(List.of(
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

    private byte[] mutated(byte[] bytes) {
        byte[] result = bytes;
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(result.length + 1);
            int until = Math.min(result.length, at + random.nextInt(16));
            var mutation = new ByteArrayOutputStream();
            mutation.write(result, 0, at);
            switch (random.nextInt(5)) {
                case 0 -> mutation.write(random.nextInt(256));
                case 1 -> mutation.writeBytes(any(STRINGS).getBytes(StandardCharsets.UTF_8));
                case 2 -> mutation.write(result, 0, until); // a part twice
                case 3 -> until = result.length; // cut off
                default -> {} // a part left out
            }
            mutation.write(result, until, result.length - until);
            result = mutation.toByteArray();
        }
        return result;
    }
}
