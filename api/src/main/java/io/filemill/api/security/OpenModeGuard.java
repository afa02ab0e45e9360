package io.filemill.api.security;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Keeps the pages of other sites, open in a browser on this machine, away from a server to which nobody signs in. They can send forms to a
 * loopback address, and with a name of theirs that leads to it also read the answers. A name without a dot cannot be theirs.
 */
final class OpenModeGuard extends OncePerRequestFilter {
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

    private final List<String> allowed;
    private final Refusal refusal;

    /**
     * @param allowed names besides addresses and names without a dot; {@code *} for any
     */
    OpenModeGuard(List<String> allowed, Refusal refusal) {
        this.allowed =
                allowed.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
        this.refusal = refusal;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String host = request.getHeader(HttpHeaders.HOST);
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (host != null && !isAllowed(name(host))) {
            refuse(
                    request,
                    response,
                    "under the name " + name(host)
                            + " nobody may call this server, to which nobody signs in. Add the name to FILEMILL_ALLOWED_HOSTS");
        } else if (origin != null && !READING.contains(request.getMethod()) && !isSame(origin, host)) {
            refuse(
                    request,
                    response,
                    "a page of " + origin
                            + " may change nothing here, where nobody signs in. Add its host to FILEMILL_ALLOWED_HOSTS");
        } else {
            chain.doFilter(request, response);
        }
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, String why) {
        refusal.answer(request, response, new ProblemException(ProblemType.FORBIDDEN, "Refused: " + why + "."));
    }

    private boolean isAllowed(String host) {
        return host.indexOf('.') < 0
                || isAddress(host)
                || host.endsWith(".localhost")
                || allowed.contains("*")
                || allowed.contains(host);
    }

    private boolean isSame(String origin, @Nullable String host) {
        try {
            URI uri = URI.create(origin);
            String authority = uri.getRawAuthority();
            return authority != null && (authority.equalsIgnoreCase(host) || allowed.contains(name(authority)));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Without the port. */
    private static String name(String host) {
        int port = host.lastIndexOf(':');
        String name = port > host.lastIndexOf(']') ? host.substring(0, port) : host;
        return name.toLowerCase(Locale.ROOT);
    }

    private static boolean isAddress(String host) {
        return host.startsWith("[") || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }
}
