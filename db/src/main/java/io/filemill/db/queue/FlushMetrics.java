package io.filemill.db.queue;

import io.filemill.db.telemetry.Metrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** What is counted of the flusher's transactions. */
final class FlushMetrics {
    private final Timer time;
    private final DistributionSummary ends;
    private final Counter failures;

    FlushMetrics(MeterRegistry meters) {
        time = Metrics.timer("filemill.flush", "Transactions that write down the ends of files")
                .register(meters);
        ends = DistributionSummary.builder("filemill.flush.files")
                .description("Ends of files that one transaction writes down")
                .serviceLevelObjectives(1, 4, 16, 64, 128, 255)
                .register(meters);
        failures = Counter.builder("filemill.flush.failures")
                .description("Transactions of ends of files that failed; they are repeated")
                .register(meters);
    }

    void flushed(int files, long nanos) {
        time.record(nanos, TimeUnit.NANOSECONDS);
        ends.record(files);
    }

    void failed() {
        failures.increment();
    }
}
