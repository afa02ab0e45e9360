package io.filemill.db.audit;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What someone did.
 *
 * @param actor who did it
 * @param action words joined by dots, such as {@code task.cancel}
 * @param subject what it was done to
 * @param detail more about it
 */
public record AuditEntry(Actor actor, String action, String subject, ObjectNode detail) {
    /**
     * Who does something.
     *
     * @param keyId the API key that the user signed in with, if it was one
     * @param client the address of the request, or what stands for it
     */
    public record Actor(String userId, @Nullable UUID keyId, String client) {}
}
