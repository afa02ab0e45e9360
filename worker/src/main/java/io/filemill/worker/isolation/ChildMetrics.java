package io.filemill.worker.isolation;

import io.filemill.worker.isolation.ChildOutcome.Answered;
import io.filemill.worker.isolation.ChildOutcome.Crashed;
import io.filemill.worker.isolation.ChildOutcome.TimedOut;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** What is counted of child processes. */
final class ChildMetrics {
    private final Counter started;
    private final Map<End, Counter> ended = new EnumMap<>(End.class);

    /** Why a child was ended. */
    enum End {
        CRASHED,
        OUT_OF_MEMORY,
        TIMED_OUT,
        STALLED,
        /** Its file was cancelled or given back, or ran out of its time. */
        INTERRUPTED,
        /** It has served its calls, or grew too large between two. */
        WORN_OUT,
        IDLE,
        CLOSED;

        static <T> End after(ChildOutcome<T> outcome) {
            if (outcome instanceof Answered) {
                return WORN_OUT;
            }
            if (outcome instanceof Crashed<T> crash) {
                return crash.isOutOfMemory() ? OUT_OF_MEMORY : CRASHED;
            }
            return outcome instanceof TimedOut ? TIMED_OUT : STALLED;
        }
    }

    ChildMetrics(MeterRegistry meters, Supplier<Number> children) {
        started = Counter.builder("filemill.child.processes.started")
                .description("Child processes that were started")
                .register(meters);
        for (End end : End.values()) {
            ended.put(
                    end,
                    Counter.builder("filemill.child.processes.ended")
                            .description("Child processes that ended or were killed")
                            .tag("reason", end.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
        Gauge.builder("filemill.child.processes", children)
                .description("Child processes")
                .strongReference(true)
                .register(meters);
    }

    void started() {
        started.increment();
    }

    void ended(End end) {
        Counter counter = ended.get(end);
        if (counter != null) {
            counter.increment();
        }
    }
}
