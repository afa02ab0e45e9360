package io.filemill.api.audit;

import io.filemill.api.security.Caller;
import io.filemill.api.security.CurrentUser;
import io.filemill.db.audit.AuditEntry;
import io.filemill.db.audit.AuditEntry.Actor;
import io.filemill.db.audit.AuditLog;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes down what the caller changes, in the transaction that changes it. To be used on the thread that handles the request. */
@Component
public final class Audit {
    private final AuditLog log;
    private final CurrentUser user;
    private final ClientAddress address;
    private final HttpServletRequest request;

    /**
     * @param request stands for the one that the calling thread handles
     */
    Audit(AuditLog log, CurrentUser user, ClientAddress address, HttpServletRequest request) {
        this.log = log;
        this.user = user;
        this.address = address;
        this.request = request;
    }

    /**
     * What was changed.
     *
     * @param name its id, or what stands for it
     */
    public record Subject(String name, ObjectNode detail) {
        /** A subject of which there is nothing more to say. */
        public static Subject of(Object id) {
            return new Subject(id.toString(), JsonNodeFactory.instance.objectNode());
        }

        /** With a word or a number more. */
        public Subject with(String member, Object value) {
            ObjectNode more = detail.deepCopy();
            return new Subject(
                    name,
                    value instanceof Integer number ? more.put(member, number) : more.put(member, value.toString()));
        }
    }

    /**
     * Makes a change and writes it down, in one transaction that the change joins. What it throws undoes both.
     *
     * @param subject of the result; empty if nothing was changed
     */
    public <T> T of(Action action, Supplier<T> change, Function<T, Optional<Subject>> subject) {
        Caller caller = user.caller();
        var actor = new Actor(caller.userId(), caller.keyId(), address.of(request));
        return log.recording(
                change,
                result -> subject.apply(result)
                        .map(what -> new AuditEntry(actor, action.word(), what.name(), what.detail())));
    }
}
