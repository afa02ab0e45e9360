package io.filemill.api.dashboard;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.Set;

/** Lets only those requests through that change nothing. JobRunr's handlers would delete, requeue and trigger jobs for anyone. */
final class ReadOnly implements HttpHandler {
    private static final Set<String> METHODS = Set.of("GET", "HEAD");

    private final HttpHandler handler;

    ReadOnly(HttpHandler handler) {
        this.handler = handler;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        if (METHODS.contains(exchange.getRequestMethod())) {
            handler.handle(exchange);
        } else {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            exchange.sendResponseHeaders(405, -1);
            exchange.close();
        }
    }
}
