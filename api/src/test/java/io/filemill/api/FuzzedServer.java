package io.filemill.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The server that random requests are for.
 *
 * @param document its description of itself
 * @param operations those of the description
 * @param known what requests may name: values of parameters and members by their names, and parts of an address by the part before
 * @param headers lines that every request needs
 */
record FuzzedServer(
        JsonNode document, List<Operation> operations, Map<String, List<String>> known, List<String> headers) {
    /** A route with a method. */
    record Operation(String method, String path, JsonNode node) {}

    static FuzzedServer of(JsonNode document, Map<String, List<String>> known, List<String> headers) {
        List<Operation> operations = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(verb -> operations.add(new Operation(
                                verb.getKey().toUpperCase(Locale.ROOT), path.getKey(), verb.getValue()))));
        return new FuzzedServer(document, operations, known, headers);
    }

    /** Values that may stand under a name; empty if nothing is known of it. */
    List<String> known(String name) {
        return known.getOrDefault(name, List.of());
    }

    /** What a reference leads to; else the node itself. */
    JsonNode resolved(JsonNode node) {
        String reference = node.path("$ref").asString("");
        return reference.isEmpty() ? node : document.at(reference.substring(1));
    }
}
