package io.filemill.api.task;

import io.filemill.api.problem.ProblemException;
import io.filemill.db.task.Position;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list a client wants.
 *
 * @param limit how many entries at most
 * @param cursor where the page before ended, opaque to clients; null for the first page
 */
public record PageRequest(int limit, @Nullable String cursor) {
    static final int DEFAULT_LIMIT = 100;
    static final int MAX_LIMIT = 1000;
    private static final Instant END_OF_TIME = Instant.parse("9999-12-31T00:00:00Z");

    /**
     * The part that the parameters of a request name.
     *
     * @throws ProblemException if the limit is out of range
     */
    public static PageRequest of(@Nullable Integer limit, @Nullable String cursor) {
        if (limit != null && (limit < 1 || limit > MAX_LIMIT)) {
            throw ProblemException.invalid(
                    "The parameter limit must be from 1 to " + MAX_LIMIT + ", but is " + limit + ".");
        }
        return new PageRequest(limit == null ? DEFAULT_LIMIT : limit, cursor);
    }

    /** The file after which the page begins; 0 for the first page. */
    long afterFile() {
        return cursor == null ? 0 : decode(cursor, Long::parseLong);
    }

    /** The number below which the page of a list begins that shows the highest ones first; the highest of all for the first page. */
    public long beforeNumber() {
        return cursor == null ? Long.MAX_VALUE : decode(cursor, Long::parseLong);
    }

    /** The task after which the page begins; null for the first page. */
    @Nullable
    Position afterTask() {
        return cursor == null ? null : decode(cursor, PageRequest::position);
    }

    /** The cursor of the page that follows an entry with this number. */
    public static String cursorAfter(long number) {
        return encode(Long.toString(number));
    }

    static String cursorAfter(Position task) {
        return encode(task.createdAt() + " " + task.id());
    }

    private static Position position(String text) {
        int space = text.indexOf(' ');
        if (space < 0) {
            throw new IllegalArgumentException(text);
        }
        Instant createdAt = Instant.parse(text.substring(0, space));
        if (createdAt.isBefore(Instant.EPOCH) || createdAt.isAfter(END_OF_TIME)) {
            throw new IllegalArgumentException(text); // the database could not compare it
        }
        return new Position(createdAt, UUID.fromString(text.substring(space + 1)));
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static <T> T decode(String cursor, Function<String, T> parse) {
        try {
            return parse.apply(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw ProblemException.invalid(
                    "The parameter cursor is not one that this list gave as next_cursor. Leave it out to begin at the first page.");
        }
    }
}
