package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.db.task.NewUploadTask;
import io.filemill.db.task.TaskLimits;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What shall be done with the files of a task.
 *
 * @param settings an object, for the processor
 * @param priority 0 to 9; 9 runs first
 * @param limits how far a file may go
 * @param notBefore when the first file may start; null for at once
 */
public record TaskOptions(
        String processor,
        ObjectNode settings,
        int priority,
        TaskLimits limits,
        @Nullable Instant notBefore) {
    /** The processor of a task that asks for none. */
    public static final String DEFAULT_PROCESSOR = "document";

    private static final int MAX_PRIORITY = 9;
    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 9999;
    private static final int MAX_SECONDS = 7 * 24 * 3600;
    private static final int MAX_ATTEMPTS = 100;
    private static final int MAX_SETTINGS_LENGTH = 64 << 10;
    private static final int MAX_LEVELS = 100;

    /**
     * What a client asks for; null stands for the default.
     *
     * @param replaceDuplicates becomes the setting of that name
     * @param skipPreviouslyFailed becomes the setting of that name
     */
    public record Request(
            @Nullable String processor,
            @Nullable JsonNode settings,
            @Nullable Integer priority,
            @Nullable Boolean replaceDuplicates,
            @Nullable Boolean skipPreviouslyFailed,
            @Nullable Integer timeoutSeconds,
            @Nullable Integer stallTimeoutSeconds,
            @Nullable Integer maxAttempts,
            @Nullable String notBefore) {
        /** The defaults but for the settings. */
        public static Request withSettings(@Nullable JsonNode settings, @Nullable Boolean replaceDuplicates) {
            return new Request(null, settings, null, replaceDuplicates, null, null, null, null, null);
        }
    }

    /**
     * Checks what a client asks for.
     *
     * @param known the processors that it may ask for
     * @throws ProblemException if it cannot be had
     */
    static TaskOptions of(Set<String> known, Request request) {
        String chosen = request.processor() == null ? DEFAULT_PROCESSOR : request.processor();
        if (!known.contains(chosen)) {
            throw new ProblemException(
                    ProblemType.UNKNOWN_PROCESSOR,
                    "There is no processor " + chosen + ". Known are " + String.join(", ", new TreeSet<>(known))
                            + "; filemill.processors names those that this server accepts.",
                    Map.of("known_processors", new TreeSet<>(known)));
        }
        Integer priority = checkedPriority(request.priority());
        return new TaskOptions(
                chosen,
                settings(request),
                priority == null ? NewUploadTask.DEFAULT_PRIORITY : priority,
                new TaskLimits(
                        inRange("timeout_seconds", request.timeoutSeconds(), MAX_SECONDS),
                        inRange("stall_timeout_seconds", request.stallTimeoutSeconds(), MAX_SECONDS),
                        inRange("max_attempts", request.maxAttempts(), MAX_ATTEMPTS)),
                checkedTime(request.notBefore()));
    }

    /**
     * The priority, if it can be one.
     *
     * @throws ProblemException if it cannot
     */
    public static @Nullable Integer checkedPriority(@Nullable Integer priority) {
        if (priority != null && (priority < 0 || priority > MAX_PRIORITY)) {
            throw ProblemException.invalid(
                    "The priority must be from 0 to 9, where 9 runs first, but is " + priority + ".");
        }
        return priority;
    }

    /**
     * The time that a {@code not_before} means.
     *
     * @throws ProblemException if it means none
     */
    public static @Nullable Instant checkedTime(@Nullable String notBefore) {
        return checkedTime("not_before", notBefore);
    }

    /**
     * The time that a text means.
     *
     * @param name what the client calls it
     * @throws ProblemException if it means none
     */
    public static @Nullable Instant checkedTime(String name, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            OffsetDateTime time = OffsetDateTime.parse(text.strip());
            if (time.getYear() >= FIRST_YEAR && time.getYear() <= LAST_YEAR) {
                return time.toInstant();
            }
        } catch (DateTimeParseException e) {
            // as an impossible year
        }
        throw ProblemException.invalid("The " + name
                + " must be a time with its offset from UTC, like 2030-01-31T08:00:00Z, but is " + text + ".");
    }

    private static @Nullable Integer inRange(String name, @Nullable Integer value, int max) {
        if (value != null && (value < 1 || value > max)) {
            throw ProblemException.invalid("The " + name + " must be from 1 to " + max + ", but is " + value + ".");
        }
        return value;
    }

    private static ObjectNode settings(Request request) {
        JsonNode settings = request.settings();
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        if (settings != null && !settings.isNull()) {
            if (!settings.isObject()) {
                throw ProblemException.invalid("The settings must be a JSON object, like {\"name\": \"value\"}.");
            }
            requireStorable(settings, 1);
            if (settings.toString().length() > MAX_SETTINGS_LENGTH) {
                throw new ProblemException(
                        ProblemType.TOO_LARGE,
                        "The settings are longer than " + MAX_SETTINGS_LENGTH + " characters. Send less.");
            }
            object.setAll((ObjectNode) settings);
        }
        if (request.replaceDuplicates() != null) {
            object.put("replace_duplicates", request.replaceDuplicates());
        }
        if (request.skipPreviouslyFailed() != null) {
            object.put("skip_previously_failed", request.skipPreviouslyFailed());
        }
        return object;
    }

    /** What PostgreSQL cannot store, or what could not be shown among other JSON later. */
    private static void requireStorable(JsonNode json, int level) {
        if (level > MAX_LEVELS) {
            throw ProblemException.invalid("The settings have more than " + MAX_LEVELS + " levels. Make them flatter.");
        }
        if (json.isString()) {
            requireText(json.stringValue());
        } else if (json.isDouble() && !Double.isFinite(json.doubleValue())) {
            throw ProblemException.invalid("The settings contain a number that is too large to be stored.");
        }
        json.propertyNames().forEach(TaskOptions::requireText);
        json.forEach(value -> requireStorable(value, level + 1));
    }

    private static void requireText(String text) {
        if (!Items.isText(text)) {
            throw ProblemException.invalid(
                    "The settings contain the character U+0000 or half a surrogate pair, which cannot be stored. Remove it.");
        }
    }
}
