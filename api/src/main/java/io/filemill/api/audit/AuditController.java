package io.filemill.api.audit;

import io.filemill.api.problem.ProblemException;
import io.filemill.db.audit.AuditEvent;
import io.filemill.db.audit.AuditLog;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Shows the audit log. */
@RestController
final class AuditController {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    private final AuditLog log;

    AuditController(AuditLog log) {
        this.log = log;
    }

    /**
     * A page of the log, newest first.
     *
     * @param user only what this user did
     * @param subject only what was done to this: the id of a task, a file or a key, or scope and name of a limit
     * @param cursor the {@code next_cursor} of the page before
     */
    @GetMapping("/v1/audit")
    AuditPage list(
            @RequestParam(required = false) @Nullable String user,
            @RequestParam(required = false) @Nullable String subject,
            @RequestParam(defaultValue = DEFAULT_LIMIT + "") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw ProblemException.invalid(
                    "The parameter limit must be from 1 to " + MAX_LIMIT + ", but is " + limit + ".");
        }
        List<AuditEvent> found = log.list(text("user", user), text("subject", subject), before(cursor), limit + 1);
        return AuditPage.of(found, limit);
    }

    /** The database stores no U+0000, so it cannot be asked for one either. */
    private static @Nullable String text(String parameter, @Nullable String value) {
        if (value != null && value.indexOf('\0') >= 0) {
            throw ProblemException.invalid("The parameter " + parameter + " has the character U+0000 in it.");
        }
        return value;
    }

    private static long before(@Nullable String cursor) {
        try {
            return cursor == null ? Long.MAX_VALUE : Long.parseLong(cursor);
        } catch (NumberFormatException e) {
            throw ProblemException.invalid("The parameter cursor must be the next_cursor of the page before.");
        }
    }

    record AuditPage(List<AuditView> events, @Nullable String nextCursor) {
        /**
         * @param found the events of the page, and one more if there is another page
         */
        static AuditPage of(List<AuditEvent> found, int limit) {
            List<AuditEvent> shown = found.subList(0, Math.min(found.size(), limit));
            return new AuditPage(
                    shown.stream().map(AuditView::of).toList(),
                    found.size() == shown.size()
                            ? null
                            : Long.toString(shown.get(shown.size() - 1).id()));
        }
    }

    /**
     * The JSON of an event.
     *
     * @param keyId the API key that the user signed in with; null if it was none
     * @param client the address of the request
     */
    record AuditView(
            long id,
            Instant happenedAt,
            String userId,
            @Nullable UUID keyId,
            String client,
            String action,
            String subject,
            JsonNode detail) {
        static AuditView of(AuditEvent event) {
            return new AuditView(
                    event.id(),
                    event.happenedAt(),
                    event.userId(),
                    event.keyId(),
                    event.client(),
                    event.action(),
                    event.subject(),
                    event.detail());
        }
    }
}
