package io.filemill.client;

import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The server answered that it will not do what was asked, with an RFC 9457 problem. The subclasses are the cases that callers handle
 * differently; {@link #type()} tells all others apart.
 */
public class ProblemException extends FilemillException {
    private final int status;
    private final String type;
    private final JsonNode problem;
    private final @Nullable Duration retryAfter;

    private ProblemException(Answer answer) {
        super(answer.message(), null);
        this.status = answer.status();
        this.type = answer.type();
        this.problem = answer.problem();
        this.retryAfter = answer.retryAfter();
    }

    /** The request is wrong and will be so each time (400, 413, 415, 422); the message says in which way. */
    public static final class InvalidRequest extends ProblemException {
        private InvalidRequest(Answer answer) {
            super(answer);
        }
    }

    /** The key is missing or not valid, or does not allow this (401, 403). */
    public static final class NotAllowed extends ProblemException {
        private NotAllowed(Answer answer) {
            super(answer);
        }
    }

    /** There is no such task, file or name that the caller may see (404). */
    public static final class NotFound extends ProblemException {
        private NotFound(Answer answer) {
            super(answer);
        }
    }

    /** What was asked does not fit the state of the task or file, for example because it has ended (409). */
    public static final class Conflict extends ProblemException {
        private Conflict(Answer answer) {
            super(answer);
        }
    }

    /** There is no room now, or the database is away (429, 503, 507), and it stayed so for as long as the client tries again. */
    public static final class NoRoom extends ProblemException {
        private NoRoom(Answer answer) {
            super(answer);
        }
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The last part of the problem's type, such as {@code not-found} or {@code queue-full}; empty if the answer was no problem. */
    public String type() {
        return type;
    }

    /** The whole problem with all its members; an empty object if the answer was none. */
    public JsonNode problem() {
        return problem;
    }

    /** How long the server asks to be left alone, if it says so. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    private record Answer(
            int status,
            String type,
            JsonNode problem,
            String message,
            @Nullable Duration retryAfter) {}

    static ProblemException of(int status, String body, Optional<String> retryAfter, String date, JsonMapper json) {
        JsonNode problem = parse(body, json);
        String uri = problem.path("type").asString("");
        var answer = new Answer(
                status,
                uri.substring(uri.lastIndexOf('/') + 1),
                problem,
                message(status, problem),
                retryAfter.map(value -> duration(value, date)).orElse(null));
        return switch (status) {
            case 400, 413, 415, 422 -> new InvalidRequest(answer);
            case 401, 403 -> new NotAllowed(answer);
            case 404 -> new NotFound(answer);
            case 409 -> new Conflict(answer);
            case 429, 503, 507 -> new NoRoom(answer);
            default -> new ProblemException(answer);
        };
    }

    private static JsonNode parse(String body, JsonMapper json) {
        try {
            JsonNode problem = json.readTree(body);
            return problem.isObject() ? problem : JsonNodeFactory.instance.objectNode();
        } catch (JacksonException e) {
            return JsonNodeFactory.instance.objectNode(); // a proxy's page, for example
        }
    }

    private static String message(int status, JsonNode problem) {
        String title = problem.path("title").asString("");
        String detail = problem.path("detail").asString("");
        if (title.isEmpty() && detail.isEmpty()) {
            return "The server answered with HTTP status " + status + ".";
        }
        return (title.isEmpty() || detail.isEmpty() ? title + detail : title + ": " + detail) + " (HTTP status "
                + status + ")";
    }

    /** Seconds, or a date, which counts from the answer's own. */
    private static @Nullable Duration duration(String retryAfter, String date) {
        try {
            return Duration.ofSeconds(Long.parseLong(retryAfter.strip()));
        } catch (NumberFormatException e) {
            try {
                Duration until = Duration.between(httpDate(date), httpDate(retryAfter));
                return until.isNegative() ? Duration.ZERO : until;
            } catch (DateTimeParseException notADate) {
                return null;
            }
        }
    }

    private static ZonedDateTime httpDate(String text) {
        return ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME);
    }
}
