package io.filemill.api.telemetry;

import io.filemill.db.telemetry.Metrics;
import io.filemill.db.telemetry.Telemetry;
import io.filemill.db.telemetry.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Measures each request, gives it an id, which the answer and the log carry, and begins its trace. The id is the client's own {@code
 * X-Request-Id} if it sends a sensible one. Requests that only read begin no trace of their own, but are part of the client's.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class RequestObserver extends OncePerRequestFilter {
    static final String REQUEST_ID = "X-Request-Id";
    private static final Pattern SENSIBLE_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    private static final int SERVER_ERROR = 500;
    private static final int CLIENT_ERROR = 400;
    private static final int REDIRECTION = 300;
    private static final int NOT_FOUND = 404;

    private final MeterRegistry meters;
    private final Traces traces;
    private final Map<Kind, Timer> timers = new ConcurrentHashMap<>();

    RequestObserver(Telemetry telemetry) {
        this.meters = telemetry.metrics().registry();
        this.traces = telemetry.traces();
    }

    /** What the requests of one time series have in common. */
    private record Kind(String method, String uri, int status) {
        String outcome() {
            if (status >= SERVER_ERROR) {
                return "SERVER_ERROR";
            }
            if (status >= CLIENT_ERROR) {
                return "CLIENT_ERROR";
            }
            return status >= REDIRECTION ? "REDIRECTION" : "SUCCESS";
        }
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String id = id(request.getHeader(REQUEST_ID));
        response.setHeader(REQUEST_ID, id);
        MDC.put("request_id", id);
        var exchange = new Exchange(request, response, span(request));
        try {
            exchange.run(chain);
        } finally {
            MDC.clear();
        }
    }

    private static String id(@Nullable String given) {
        return given != null && SENSIBLE_ID.matcher(given).matches()
                ? given
                : UUID.randomUUID().toString();
    }

    private @Nullable Span span(HttpServletRequest request) {
        String traceparent = request.getHeader("traceparent");
        if (!traces.areOn() || (traceparent == null && READING.contains(request.getMethod()))) {
            return null;
        }
        return traces.tracer()
                .spanBuilder(method(request))
                .setParent(Traces.context(traceparent))
                .setSpanKind(SpanKind.SERVER)
                .setAttribute("http.request.method", method(request))
                .setAttribute("url.path", request.getRequestURI())
                .startSpan();
    }

    private static String method(HttpServletRequest request) {
        return METHODS.contains(request.getMethod()) ? request.getMethod() : "OTHER";
    }

    /** One request and its answer. */
    private final class Exchange implements AsyncListener {
        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final @Nullable Span span;
        private final long began = System.nanoTime();
        private final AtomicBoolean ended = new AtomicBoolean();

        Exchange(HttpServletRequest request, HttpServletResponse response, @Nullable Span span) {
            this.request = request;
            this.response = response;
            this.span = span;
        }

        void run(FilterChain chain) throws ServletException, IOException {
            boolean failed = true;
            try (Scope ignored = span == null ? Scope.noop() : span.makeCurrent()) {
                if (span != null) {
                    MDC.put("trace_id", span.getSpanContext().getTraceId());
                }
                chain.doFilter(request, response);
                failed = false;
            } finally {
                if (!failed && request.isAsyncStarted() && !isStream()) {
                    request.getAsyncContext().addListener(this);
                } else {
                    end(failed ? SERVER_ERROR : response.getStatus());
                }
            }
        }

        /** An answer that goes on for hours; what is measured is its beginning. */
        private boolean isStream() {
            String type = response.getContentType();
            return type != null && type.startsWith(MediaType.TEXT_EVENT_STREAM_VALUE);
        }

        private void end(int status) {
            if (ended.getAndSet(true)) {
                return;
            }
            String uri = uri(status);
            var kind = new Kind(method(request), uri, status);
            timers.computeIfAbsent(kind, RequestObserver.this::timer)
                    .record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
            if (span != null) {
                span.updateName(kind.method() + " " + uri);
                span.setAttribute("http.route", uri).setAttribute("http.response.status_code", status);
                if (status >= SERVER_ERROR) {
                    span.setStatus(StatusCode.ERROR);
                }
                span.end();
            }
        }

        /** The route's pattern, never the path, of which there are as many as tasks. */
        private String uri(int status) {
            Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
            return pattern != null ? pattern.toString() : status == NOT_FOUND ? "NOT_FOUND" : "UNKNOWN";
        }

        @Override
        public void onComplete(AsyncEvent event) {
            end(response.getStatus());
        }

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }

    private Timer timer(Kind kind) {
        return Metrics.timer("http.server.requests", "Requests; of event streams, the time until they begin")
                .tag("method", kind.method())
                .tag("uri", kind.uri())
                .tag("status", Integer.toString(kind.status()))
                .tag("outcome", kind.outcome())
                .register(meters);
    }
}
