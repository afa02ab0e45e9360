package io.filemill.api.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Holds real answers against the document that the server publishes: the route, the status code and the media type must be documented, and
 * the body must fit its schema and have no member that the schema does not name. Safe for use by several threads.
 */
public final class Contract {
    private static final String HINT =
            "(Has the API changed? OpenApiIT with -Dfilemill.test.openapi.write=true describes it anew.) ";

    private static final JsonMapper JSON = new JsonMapper();
    private static final JsonNode DOCUMENT = read();
    private static final ObjectNode STRICT = strict(DOCUMENT.path("components").path("schemas"));
    private static final List<Operation> OPERATIONS = operations();
    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private final Map<JsonNode, Schema> schemas = new ConcurrentHashMap<>();
    private final Set<String> answered = ConcurrentHashMap.newKeySet();

    /** A documented operation. */
    record Operation(String verb, String path, Pattern pattern, JsonNode node) {
        String name() {
            return verb.toUpperCase(Locale.ROOT) + " " + path;
        }

        private long variables() {
            return path.chars().filter(character -> character == '{').count();
        }
    }

    static JsonNode document() {
        return DOCUMENT;
    }

    static List<Operation> documentedOperations() {
        return OPERATIONS;
    }

    /** The operations and status codes that answers were held against. */
    Set<String> answered() {
        return answered;
    }

    /** Fails if an answer is none that the document tells of. What no documented operation answers must be an error in the right form. */
    public void check(String method, String rawPath, HttpResponse<String> answer) {
        if (OPERATIONS.isEmpty()) {
            return;
        }
        String verb = method.equals("HEAD") ? "GET" : method;
        String what = HINT + method + " " + rawPath + ": " + answer.statusCode();
        List<Operation> here = OPERATIONS.stream()
                .filter(operation -> operation.pattern().matcher(rawPath).matches())
                .toList();
        Operation operation = here.stream()
                .filter(candidate -> candidate.verb().toUpperCase(Locale.ROOT).equals(verb))
                .min(Comparator.comparing(Operation::variables))
                .orElse(null);
        if (operation == null) {
            checkRefusal(what, rawPath, answer);
            return;
        }
        JsonNode response = resolved(operation.node().path("responses").path(Integer.toString(answer.statusCode())));
        assertThat(response.isMissingNode())
                .as(what + " is an undocumented status of " + operation.name())
                .isFalse();
        answered.add(operation.name() + " " + answer.statusCode());
        checkBody(what, response, answer, method.equals("HEAD"));
    }

    private void checkRefusal(String what, String rawPath, HttpResponse<String> answer) {
        if (rawPath.equals("/v1") || rawPath.startsWith("/v1/")) {
            if (answer.statusCode() >= 400) { // below are OPTIONS, and new routes, which OpenApiIT complains of
                JsonNode problem = JSON.createObjectNode().put("$ref", "#/components/schemas/Problem");
                assertThat(mediaType(answer)).as(what).isEqualTo("application/problem+json");
                if (!answer.body().isEmpty()) {
                    assertThat(errors(problem, answer.body()))
                            .as(what + ": " + answer.body())
                            .isEmpty();
                }
            }
        }
    }

    private void checkBody(String what, JsonNode response, HttpResponse<String> answer, boolean head) {
        JsonNode content = response.path("content");
        if (content.isMissingNode()) {
            assertThat(answer.body()).as(what + " has an undocumented body").isEmpty();
            return;
        }
        String mediaType = mediaType(answer);
        JsonNode media = content.path(mediaType).isMissingNode() ? content.path("*/*") : content.path(mediaType);
        assertThat(media.isMissingNode())
                .as(what + " has the undocumented media type " + mediaType)
                .isFalse();
        if (!head
                && mediaType.endsWith("json")
                && !mediaType.endsWith("ndjson")
                && !media.path("schema").isEmpty()) {
            assertThat(errors(media.path("schema"), answer.body()))
                    .as(what + ": " + answer.body())
                    .isEmpty();
        }
    }

    private static String mediaType(HttpResponse<String> answer) {
        return answer.headers()
                .firstValue("Content-Type")
                .orElse("")
                .replaceAll(";.*", "")
                .strip();
    }

    List<String> errors(JsonNode schema, String json) {
        Schema compiled = schemas.computeIfAbsent(schema, key -> {
            ObjectNode root = strict(key);
            root.set("$defs", STRICT);
            return REGISTRY.getSchema(root.toString().replace("#/components/schemas/", "#/$defs/"), InputFormat.JSON);
        });
        return compiled.validate(JSON.readTree(json)).stream()
                .map(Objects::toString)
                .toList();
    }

    private static JsonNode resolved(JsonNode node) {
        String reference = node.path("$ref").asString("");
        return reference.isEmpty() ? node : DOCUMENT.at(reference.substring(1));
    }

    /** A copy that forbids what is not named. */
    private static ObjectNode strict(JsonNode node) {
        if (!(node.deepCopy() instanceof ObjectNode copy)) {
            return JSON.createObjectNode();
        }
        forbid(copy);
        return copy;
    }

    private static void forbid(JsonNode node) {
        if (node instanceof ObjectNode object
                && object.path("properties").isObject()
                && !object.has("additionalProperties")) {
            object.put("additionalProperties", false);
        }
        node.forEach(Contract::forbid);
    }

    private static List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        DOCUMENT.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(verb -> {
                    Pattern pattern =
                            Pattern.compile(Pattern.quote(path.getKey()).replaceAll("\\{[^}]*}", "\\\\E[^/]+\\\\Q"));
                    operations.add(new Operation(verb.getKey(), path.getKey(), pattern, verb.getValue()));
                }));
        return List.copyOf(operations);
    }

    private static JsonNode read() {
        try (InputStream stream = Contract.class.getResourceAsStream("/openapi/openapi.json")) {
            return stream == null ? JSON.createObjectNode() : JSON.readTree(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** References of the document that lead nowhere. */
    static List<String> danglingReferences(@Nullable JsonNode node) {
        Map<String, Boolean> found = new LinkedHashMap<>();
        collect(node == null ? DOCUMENT : node, found);
        return found.keySet().stream()
                .filter(reference -> DOCUMENT.at(reference.substring(1)).isMissingNode())
                .toList();
    }

    private static void collect(JsonNode node, Map<String, Boolean> found) {
        if (node.path("$ref").isString()) {
            found.put(node.path("$ref").stringValue(), true);
        }
        if (node instanceof ObjectNode || node instanceof ArrayNode) {
            node.forEach(child -> collect(child, found));
        }
    }
}
