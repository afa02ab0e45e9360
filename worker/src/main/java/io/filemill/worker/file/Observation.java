package io.filemill.worker.file;

import io.filemill.db.task.ClaimedFile;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.telemetry.Traces;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What is measured of one attempt at a file. Used by the thread that runs the file, and at the end by the one that commits it. */
final class Observation implements Phases {
    private final FileMetrics metrics;
    private final String processor;
    private final @Nullable Trace trace;
    private final long began = System.nanoTime();
    private String outcome = "lost";
    private @Nullable String errorCode;

    /** The span of the attempt and what makes those of its parts. */
    private record Trace(Tracer tracer, Span span, Context context) {}

    /** @param processor a name that this node knows, or a fixed one for all others */
    private Observation(FileMetrics metrics, String processor, @Nullable Trace trace) {
        this.metrics = metrics;
        this.processor = processor;
        this.trace = trace;
    }

    /**
     * Begins the measurement of an attempt that starts now.
     *
     * @param held for how many nanoseconds the node held the file before
     */
    static Observation begin(FileMetrics metrics, Traces traces, ClaimedFile file, String processor, long held) {
        metrics.pickedUp((long) (Math.max(0, file.secondsDue()) * 1e9) + held);
        metrics.phase(processor, "hold", held);
        return new Observation(metrics, processor, trace(traces, file, processor));
    }

    private static @Nullable Trace trace(Traces traces, ClaimedFile file, String processor) {
        if (file.traceparent() == null || !traces.areOn()) {
            return null;
        }
        Context task = Traces.context(file.traceparent());
        Span span = traces.tracer()
                .spanBuilder("file " + processor)
                .setParent(task)
                .setSpanKind(SpanKind.CONSUMER)
                .setAttribute("filemill.task_id", file.uploadTaskId().toString())
                .setAttribute("filemill.file_id", file.id())
                .setAttribute("filemill.attempt", file.attempt())
                .setAttribute("filemill.seconds_due", file.secondsDue())
                .startSpan();
        return new Trace(traces.tracer(), span, task.with(span));
    }

    @Override
    public <T> T measure(String phase, Step<T> step) throws IOException, InterruptedException {
        try (Part ignored = part(phase)) {
            return step.run();
        }
    }

    /** Begins a part of the attempt, which ends when what this returns is closed, by any thread. */
    Part part(String phase) {
        return new Part(
                phase,
                trace == null
                        ? null
                        : trace.tracer()
                                .spanBuilder(phase)
                                .setParent(trace.context())
                                .startSpan());
    }

    /** A part of the attempt. */
    final class Part implements AutoCloseable {
        private final String phase;
        private final @Nullable Span span;
        private final long start = System.nanoTime();

        private Part(String phase, @Nullable Span span) {
            this.phase = phase;
            this.span = span;
        }

        @Override
        public void close() {
            metrics.phase(processor, phase, System.nanoTime() - start);
            if (span != null) {
                span.end();
            }
        }
    }

    /** Says what became of the attempt. */
    void outcome(String name, @Nullable String code) {
        outcome = name;
        errorCode = code;
    }

    /** Says how the file ended. */
    void ended(FinishedFile end) {
        outcome(
                end.status().word(),
                end.failure() == null ? null : end.failure().code());
    }

    /** The run is over; what is left is the commit of its end. */
    void ran() {
        metrics.ended(processor, outcome, errorCode, System.nanoTime() - began);
    }

    /** The end is committed, or will not be. */
    void close() {
        if (trace != null) {
            Span span = trace.span();
            span.setAttribute("filemill.outcome", outcome);
            if (errorCode != null) {
                span.setAttribute("error.type", errorCode).setStatus(StatusCode.ERROR);
            }
            span.end();
        }
    }
}
