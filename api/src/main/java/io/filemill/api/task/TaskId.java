package io.filemill.api.task;

import io.filemill.api.problem.ProblemException;
import java.util.Optional;
import java.util.UUID;

/** Task ids as clients write them. */
public final class TaskId {
    private TaskId() {}

    /** The id, or empty if the text can be none. */
    public static Optional<UUID> parse(String text) {
        try {
            UUID id = UUID.fromString(text);
            return id.toString().equalsIgnoreCase(text) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * The id.
     *
     * @throws ProblemException 404, as for a task that does not exist, if the text can be none
     */
    static UUID require(String text) {
        return parse(text).orElseThrow(() -> ProblemException.taskNotFound(text));
    }
}
