package io.filemill.db.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Traces of requests and files. Where they are off, nothing of OpenTelemetry's SDK is loaded and nothing is recorded. Safe for use by
 * several threads.
 */
public final class Traces implements AutoCloseable {
    private static final String TRACEPARENT = "traceparent";
    private static final String SCOPE = "io.filemill";
    private static final int TRACE_ID_BEGIN = 3;
    private static final int TRACE_ID_END = 35;

    private static final TextMapGetter<Map<String, String>> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> carrier) {
            return carrier.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> carrier, String key) {
            return carrier == null ? null : carrier.get(key);
        }
    };

    private final Tracer tracer;
    private final AutoCloseable exporter;
    private final boolean on;

    private Traces(Tracer tracer, AutoCloseable exporter, boolean on) {
        this.tracer = tracer;
        this.exporter = exporter;
        this.on = on;
    }

    /** No traces. */
    public static Traces off() {
        return new Traces(OpenTelemetry.noop().getTracer(SCOPE), () -> {}, false);
    }

    /**
     * Sends traces to a collector. Everything else is set by OpenTelemetry's own environment variables, say {@code OTEL_SERVICE_NAME} and
     * {@code OTEL_TRACES_SAMPLER}.
     *
     * @param endpoint an address that takes OTLP over HTTP; empty for no traces
     */
    public static Traces to(String endpoint) {
        return endpoint.isBlank() ? off() : Exported.to(endpoint);
    }

    /** Loaded only where there is something to export. */
    private static final class Exported {
        static Traces to(String endpoint) {
            var sdk = AutoConfiguredOpenTelemetrySdk.builder()
                    .disableShutdownHook()
                    .addPropertiesSupplier(() -> Map.of(
                            "otel.exporter.otlp.endpoint", endpoint,
                            "otel.exporter.otlp.protocol", "http/protobuf",
                            "otel.logs.exporter", "none",
                            "otel.metrics.exporter", "none",
                            "otel.service.name", "filemill"))
                    .build()
                    .getOpenTelemetrySdk();
            return new Traces(sdk.getTracer(SCOPE), sdk, true);
        }
    }

    /** Whether anything is recorded. */
    public boolean areOn() {
        return on;
    }

    /** What makes spans. */
    public Tracer tracer() {
        return tracer;
    }

    /** The context that a W3C {@code traceparent} names; one without a span if it is null or not well-formed. */
    public static Context context(@Nullable String traceparent) {
        return traceparent == null
                ? Context.root()
                : W3CTraceContextPropagator.getInstance()
                        .extract(Context.root(), Map.of(TRACEPARENT, traceparent), HEADERS);
    }

    /** The W3C {@code traceparent} of the calling thread's span, or null if there is none that is sampled. */
    public static @Nullable String current() {
        var context = Span.current().getSpanContext();
        return context.isSampled()
                ? "00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                        + context.getTraceFlags().asHex()
                : null;
    }

    /** The id of the trace that a {@code traceparent} made by {@link #current} names. */
    public static String traceId(String traceparent) {
        return traceparent.length() < TRACE_ID_END ? "" : traceparent.substring(TRACE_ID_BEGIN, TRACE_ID_END);
    }

    /** Sends what has not been sent yet, and ends. */
    @Override
    public void close() {
        try {
            exporter.close();
        } catch (Exception e) {
            throw new IllegalStateException("traces could not be ended", e);
        }
    }
}
