package io.filemill.api.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The options that say what shall be done with the files of a new task. */
final class SubmissionOptions {
    @Option(names = "--processor", paramLabel = "NAME", description = "What to do with each file (default: document).")
    private @Nullable String processor;

    @Option(names = "--settings", paramLabel = "JSON", description = "Settings of the processor, a JSON object.")
    private @Nullable String settings;

    @Option(
            names = "--priority",
            paramLabel = "N",
            description = "From 0 to 9; 9 is served before 0, and 5 is the default.")
    private @Nullable Integer priority;

    @Option(
            names = "--not-before",
            paramLabel = "TIME",
            description = "No file starts before, for example 2027-01-31T22:00:00Z.")
    private @Nullable String notBefore;

    @Option(names = "--replace-duplicates", description = "Store content again that is stored already.")
    private boolean replaceDuplicates;

    @Option(names = "--skip-previously-failed", description = "Skip content that failed for good before.")
    private boolean skipPreviouslyFailed;

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "How long one file may take.")
    private @Nullable Integer timeout;

    @Option(names = "--stall-timeout", paramLabel = "SECONDS", description = "How long one file may make no progress.")
    private @Nullable Integer stallTimeout;

    @Option(names = "--max-attempts", paramLabel = "N", description = "How often a file is tried.")
    private @Nullable Integer maxAttempts;

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "Names the submission: sent again with the same key within a day, it makes no second task.")
    private @Nullable String idempotencyKey;

    /**
     * What a person typed.
     *
     * @throws CommandFailure if the settings are not a JSON object
     */
    Submission.Request request() {
        ObjectNode options = JsonNodeFactory.instance.objectNode();
        if (processor != null) {
            options.put("processor", processor);
        }
        if (settings != null) {
            options.set("settings", object(settings));
        }
        if (priority != null) {
            options.put("priority", priority);
        }
        if (notBefore != null) {
            options.put("not_before", notBefore);
        }
        if (replaceDuplicates) {
            options.put("replace_duplicates", true);
        }
        if (skipPreviouslyFailed) {
            options.put("skip_previously_failed", true);
        }
        if (timeout != null) {
            options.put("timeout_seconds", timeout);
        }
        if (stallTimeout != null) {
            options.put("stall_timeout_seconds", stallTimeout);
        }
        if (maxAttempts != null) {
            options.put("max_attempts", maxAttempts);
        }
        return new Submission.Request(options, idempotencyKey);
    }

    private static JsonNode object(String settings) {
        try {
            JsonNode node = JsonMapper.shared().readTree(settings);
            if (node.isObject()) {
                return node;
            }
        } catch (JacksonException e) {
            throw new CommandFailure("--settings is not JSON: " + e.getOriginalMessage(), e);
        }
        throw new CommandFailure("--settings is not a JSON object like {\"name\": \"value\"}: " + settings);
    }
}
