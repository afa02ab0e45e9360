package io.filemill.api.security;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.ServletRequestPathUtils;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Who may use which route: the first rule that fits. Paths are compared as those of the controllers are. A new route below {@code /v1} or
 * {@code /tasks} is for users until a rule says otherwise; any other one is for administrators.
 */
final class AccessRules {
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

    private final List<Rule> rules = new ArrayList<>();

    /** A rule for those methods that only read, or for all. */
    private record Rule(PathPattern path, boolean readingOnly, Access access) {
        boolean fits(boolean reading, PathContainer asked) {
            return (reading || !readingOnly) && path.matches(asked);
        }
    }

    AccessRules() {
        // The page and its parts, what tells that the server is there, and what it can do.
        read(Access.PUBLIC, "/", "/index.html", "/favicon.ico", "/favicon.svg", "/assets/**");
        read(Access.PUBLIC, "/v1", "/v1/openapi.json", "/v1/openapi.yaml", "/v1/docs/**");
        read(Access.PUBLIC, "/livez", "/readyz", "/startedz", "/actuator/health/**");

        all(Access.SIGNED_IN, "/v1/me");
        all(Access.READ, "/v1/events/ticket");
        read(Access.READ, "/v1/limits/user/{name}"); // the controller shows users their own only

        all(Access.ADMIN, "/v1/keys/**", "/v1/audit/**", "/v1/limits/**", "/v1/nodes/**");
        all(Access.ADMIN, "/actuator/**", "/dashboard/**", "/api/**", "/sse/**");

        read(Access.READ, "/v1/**", "/tasks/**", "/upload_options");
        all(Access.SUBMIT, "/v1/**", "/tasks/**", "/upload_path", "/upload_bucket", "/router/**");
    }

    private void read(Access access, String... paths) {
        add(access, true, paths);
    }

    private void all(Access access, String... paths) {
        add(access, false, paths);
    }

    private void add(Access access, boolean readingOnly, String... paths) {
        for (String path : paths) {
            rules.add(new Rule(PathPatternParser.defaultInstance.parse(path), readingOnly, access));
        }
    }

    /** Who may send this request. */
    Access of(HttpServletRequest request) {
        return of(request.getMethod(), ServletRequestPathUtils.parse(request).pathWithinApplication());
    }

    /** Who may use this path with this method. */
    Access of(String method, PathContainer path) {
        return rules.stream()
                .filter(rule -> rule.fits(READING.contains(method), path))
                .findFirst()
                .map(Rule::access)
                .orElse(Access.ADMIN);
    }

    /** Whether a rule names the path, as opposed to the one for whatever is forgotten. */
    boolean know(String method, PathContainer path) {
        return rules.stream().anyMatch(rule -> rule.fits(READING.contains(method), path));
    }
}
