package io.filemill.api.problem;

import java.util.Map;

/** A request that ends with a problem, which its client is told in full. */
public final class ProblemException extends RuntimeException {
    private final ProblemType type;
    private final transient Map<String, Object> members;

    /**
     * @param detail what is wrong, where, and what to do
     */
    public ProblemException(ProblemType type, String detail) {
        this(type, detail, Map.of());
    }

    /**
     * @param members further members of the problem, for programs
     */
    public ProblemException(ProblemType type, String detail, Map<String, Object> members) {
        super(detail);
        this.type = type;
        this.members = members;
    }

    /** A request whose content cannot be understood. */
    public static ProblemException invalid(String detail) {
        return new ProblemException(ProblemType.INVALID_REQUEST, detail);
    }

    /** A task that does not exist or is another user's, which is the same to a client. */
    public static ProblemException taskNotFound(String id) {
        return new ProblemException(
                ProblemType.NOT_FOUND,
                "There is no task " + id
                        + ". GET /v1/tasks lists those that exist; finished ones are deleted after a time.");
    }

    /** The kind of problem. */
    public ProblemType type() {
        return type;
    }

    /** What is wrong, where, and what to do. */
    public String detail() {
        return String.valueOf(getMessage());
    }

    Map<String, Object> members() {
        return members;
    }
}
