package io.filemill.api.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/** Tells browsers not to guess types, not to frame, and not to pass addresses on; and for data, not to run anything in it. */
final class SecurityHeaders extends OncePerRequestFilter {
    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        if (isData(request.getRequestURI())) {
            response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        }
        chain.doFilter(request, response);
    }

    /** Pages set a policy of their own. */
    private static boolean isData(String path) {
        return (path.startsWith("/v1") && !path.startsWith("/v1/docs"))
                || path.startsWith("/tasks")
                || path.startsWith("/upload_")
                || path.startsWith("/router/")
                || path.startsWith("/actuator/");
    }
}
