package io.filemill.api.problem;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;

/** A problem as the routes of one family show it: RFC 9457, or OpenRAG's {@code {"error": …}}. */
record Answer(MediaType contentType, Object body) {
    /**
     * @param path the one of the request as it was sent; null if it could not be read
     */
    static Answer to(@Nullable String path, ProblemDetail problem) {
        if (path != null && isOpenRag(path)) {
            return new Answer(MediaType.APPLICATION_JSON, Map.of("error", String.valueOf(problem.getDetail())));
        }
        problem.setInstance(instance(path));
        return new Answer(MediaType.APPLICATION_PROBLEM_JSON, problem);
    }

    private static boolean isOpenRag(String path) {
        return path.equals("/tasks")
                || path.startsWith("/tasks/")
                || path.startsWith("/upload_")
                || path.startsWith("/router/");
    }

    /** The web server lets characters through that a URI must not have. */
    private static URI instance(@Nullable String path) {
        try {
            return new URI(path == null ? "/" : path);
        } catch (URISyntaxException e) {
            return URI.create("/");
        }
    }
}
