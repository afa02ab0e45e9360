package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a client asks for where it can only write text.
 *
 * @param kind what holds the text, for messages
 * @param values the text by name
 */
record TextOptions(String kind, Function<String, Optional<String>> values, JsonMapper json) {
    /** @throws ProblemException if a text is not what it should be */
    TaskOptions.Request request() {
        return new TaskOptions.Request(
                values.apply("processor").orElse(null),
                values.apply("settings").map(this::settings).orElse(null),
                number("priority"),
                flag("replace_duplicates"),
                flag("skip_previously_failed"),
                number("timeout_seconds"),
                number("stall_timeout_seconds"),
                number("max_attempts"),
                values.apply("not_before").orElse(null));
    }

    private JsonNode settings(String text) {
        try {
            return json.readTree(text);
        } catch (JacksonException e) {
            throw ProblemException.invalid(
                    "The " + kind + " settings is not valid JSON. It must be an object, like {\"name\": \"value\"}.");
        }
    }

    private @Nullable Integer number(String name) {
        String text = values.apply(name).orElse(null);
        try {
            return text == null ? null : Integer.valueOf(text.strip());
        } catch (NumberFormatException e) {
            throw ProblemException.invalid(
                    "The " + kind + " " + name + " must be a whole number, but is " + text + ".");
        }
    }

    private @Nullable Boolean flag(String name) {
        String text = values.apply(name).orElse(null);
        if (text == null) {
            return null;
        }
        return switch (text.strip()) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw ProblemException.invalid(
                        "The " + kind + " " + name + " must be true or false, but is " + text + ".");
        };
    }
}
