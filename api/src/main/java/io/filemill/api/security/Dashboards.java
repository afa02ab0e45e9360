package io.filemill.api.security;

import jakarta.servlet.http.HttpServletRequest;

/** Which paths belong to JobRunr's dashboard, whose pages a browser asks for without our headers. */
final class Dashboards {
    private Dashboards() {}

    static boolean isPart(HttpServletRequest request) {
        String path = request.getRequestURI();
        return path.equals("/dashboard")
                || path.startsWith("/dashboard/")
                || path.startsWith("/api/")
                || path.startsWith("/sse/");
    }
}
