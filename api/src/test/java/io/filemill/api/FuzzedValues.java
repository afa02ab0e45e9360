package io.filemill.api;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Random texts and JSON: some that a server expects, and some that nobody should send. The same each time for the same seed. */
final class FuzzedValues {
    private static final Pattern WORD = Pattern.compile("`([^`]+)`");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?(e[0-9]+)?");
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
            "anonymous",
            "https://[::1",
            "http://user@127.0.0.1:9/",
            "2030-01-31T08:00:00Z",
            "+999999999-12-31T23:59:59Z",
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
    private static final List<String> NUMBERS = List.of(
            "0",
            "1",
            "-0",
            "-1",
            "0.5",
            "1e2",
            "100",
            "1000",
            "1001",
            "3e9",
            "2147483647",
            "2147483648",
            "-2147483649",
            "9223372036854775807",
            "9223372036854775808");

    private final SplittableRandom random;
    private final FuzzedServer server;

    FuzzedValues(long seed, FuzzedServer server) {
        this.random = new SplittableRandom(seed);
        this.server = server;
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    int below(int n) {
        return random.nextInt(n);
    }

    <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    String text() {
        return any(STRINGS);
    }

    /** For an address. */
    String encoded() {
        return encoded(text());
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    String json() {
        return any(JSON_VALUES);
    }

    /** What may stand in an address after a name or in place of it. */
    String inPath(String name) {
        List<String> known = server.known(name);
        if (!known.isEmpty() && !oneIn(3)) {
            return encoded(any(known));
        }
        return oneIn(2) ? new UUID(random.nextLong(), 1).toString() : encoded();
    }

    /**
     * A text for what has a name and is described by a node of the description.
     *
     * @param type of the schema
     */
    String text(String name, JsonNode described, String type) {
        List<String> likely = new ArrayList<>(server.known(name));
        described.path("enum").forEach(word -> likely.add(word.asString("")));
        WORD.matcher(described.path("description").asString("")).results().forEach(word -> likely.add(word.group(1)));
        if (!likely.isEmpty() && !oneIn(3)) {
            return any(likely);
        }
        return (type.equals("integer") || type.equals("number")) && !oneIn(3) ? any(NUMBERS) : text();
    }

    /**
     * JSON for a member with a name, which mostly fits its schema.
     *
     * @param example of such JSON; may be missing
     */
    String json(String name, JsonNode described, JsonNode example) {
        JsonNode schema = server.resolved(described);
        if (oneIn(8)) {
            return json();
        }
        boolean shown = !example.isMissingNode()
                && !example.isObject()
                && server.known(name).isEmpty();
        if (shown && oneIn(2)) {
            return example.toString();
        }
        String type = type(schema);
        return switch (type) {
            case "object" -> object(schema, example);
            case "array" ->
                Stream.generate(() -> json(name, schema.path("items"), example.path(0)))
                        .limit(below(4))
                        .collect(Collectors.joining(",", "[", "]"));
            case "boolean" -> oneIn(2) ? "true" : "false";
            case "string" -> quoted(text(name, schema, type));
            case "integer", "number" -> {
                String text = text(name, schema, type);
                yield NUMBER.matcher(text).matches() ? text : quoted(text);
            }
            default -> json();
        };
    }

    /** The first one where null is possible too. */
    static String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        return type.isArray() ? type.path(0).asString("") : type.asString("");
    }

    private String object(JsonNode schema, JsonNode example) {
        List<String> members = new ArrayList<>();
        schema.path("properties").properties().forEach(member -> {
            if (!oneIn(3)) {
                String name = member.getKey();
                members.add(quoted(name) + ": " + json(name, member.getValue(), example.path(name)));
            }
        });
        if (oneIn(6)) {
            members.add(quoted(text()) + ": " + json());
        }
        return "{" + String.join(", ", members) + "}";
    }

    static String quoted(String text) {
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

    byte[] mutated(byte[] bytes) {
        byte[] result = bytes;
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(result.length + 1);
            int until = Math.min(result.length, at + random.nextInt(16));
            var mutation = new ByteArrayOutputStream();
            mutation.write(result, 0, at);
            switch (random.nextInt(5)) {
                case 0 -> mutation.write(random.nextInt(256));
                case 1 -> mutation.writeBytes(text().getBytes(StandardCharsets.UTF_8));
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
