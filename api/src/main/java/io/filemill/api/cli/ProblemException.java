package io.filemill.api.cli;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** A server answered that it will not do what was asked. */
final class ProblemException extends CommandFailure {
    private final int status;

    private ProblemException(String message, int status) {
        super(message, ExitCode.ofStatus(status), null);
        this.status = status;
    }

    /**
     * Reads an RFC 9457 problem; any other body is summed up by its status.
     *
     * @param body the body of the answer, of any media type
     */
    static ProblemException of(int status, String body, JsonMapper json) {
        Problem problem = null;
        try {
            problem = json.readValue(body, Problem.class);
        } catch (JacksonException e) {
            // Not JSON, for example a proxy's page: the status is all there is to say.
        }
        return new ProblemException(describe(status, problem), status);
    }

    private static String describe(int status, @Nullable Problem problem) {
        if (problem == null || (problem.title() == null && problem.detail() == null)) {
            return "The server answered with HTTP status " + status + ".";
        }
        if (problem.detail() == null) {
            return problem.title() + " (HTTP status " + status + ")";
        }
        return problem.title() == null ? problem.detail() : problem.title() + ": " + problem.detail();
    }

    int status() {
        return status;
    }

    private record Problem(@Nullable String title, @Nullable String detail) {}
}
