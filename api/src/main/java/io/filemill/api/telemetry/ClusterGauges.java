package io.filemill.api.telemetry;

import io.filemill.db.task.ClusterFigures;
import io.filemill.db.task.QueueStatisticsRepository;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * The figures of the whole cluster as gauges. All of a scrape come from one statement, which is sent only when they are read, and at most once
 * in five seconds. They are NaN while the database does not answer. Safe for use by several threads.
 */
@Component
final class ClusterGauges implements MeterBinder {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterGauges.class);
    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final Duration COUNTER_CHECK = Duration.ofMinutes(5);

    private final Supplier<ClusterFigures> source;
    private final LongSupplier nanoTime;
    private @Nullable Read last;

    /** @param figures null if the database did not answer */
    private record Read(@Nullable ClusterFigures figures, long at) {}

    @Autowired
    ClusterGauges(QueueStatisticsRepository statistics) {
        this(
                () -> {
                    boolean ignored = statistics.checkCounters(COUNTER_CHECK);
                    return statistics.readCluster();
                },
                System::nanoTime);
    }

    ClusterGauges(Supplier<ClusterFigures> source, LongSupplier nanoTime) {
        this.source = source;
        this.nanoTime = nanoTime;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        String files = "Files of the cluster that have not ended";
        gauge(
                meters,
                "filemill.queue.files",
                files,
                "status",
                "ready",
                figures -> figures.queue().ready());
        gauge(
                meters,
                "filemill.queue.files",
                files,
                "status",
                "running",
                figures -> figures.queue().running());
        gauge(
                meters,
                "filemill.queue.files",
                files,
                "status",
                "pending_later",
                figures -> figures.queue().pendingLater());
        gauge(
                meters,
                "filemill.queue.files",
                files,
                "status",
                "paused",
                figures -> figures.queue().paused());
        register(
                Gauge.builder(
                                "filemill.queue.oldest.ready.age",
                                this,
                                gauges ->
                                        gauges.value(figures -> figures.queue().oldestReadyAgeSeconds()))
                        .baseUnit("seconds")
                        .description("How long the oldest ready file has been due"),
                meters);
        String slots = "Slots of the cluster's active nodes";
        gauge(
                meters,
                "filemill.cluster.slots",
                slots,
                "state",
                "free",
                figures -> figures.queue().slotsFree());
        gauge(
                meters,
                "filemill.cluster.slots",
                slots,
                "state",
                "busy",
                figures -> figures.queue().slotsTotal() - figures.queue().slotsFree());
        String nodes = "Nodes of the cluster that were heard of within an hour";
        gauge(
                meters,
                "filemill.cluster.nodes",
                nodes,
                "status",
                "active",
                figures -> figures.queue().nodesActive());
        gauge(
                meters,
                "filemill.cluster.nodes",
                nodes,
                "status",
                "draining",
                figures -> figures.queue().nodesDraining());
        gauge(
                meters,
                "filemill.cluster.nodes",
                nodes,
                "status",
                "lost",
                figures -> figures.queue().nodesLost());
        gauge(
                meters,
                "filemill.cluster.nodes",
                nodes,
                "status",
                "stopped",
                figures -> figures.queue().nodesStopped());
        String jobs = "JobRunr's jobs: the window of files that were given out";
        gauge(meters, "filemill.jobrunr.jobs", jobs, "state", "enqueued", ClusterFigures::jobsEnqueued);
        gauge(meters, "filemill.jobrunr.jobs", jobs, "state", "processing", ClusterFigures::jobsProcessing);
        register(
                Gauge.builder(
                                "filemill.counter.drift.tasks",
                                this,
                                gauges -> gauges.value(ClusterFigures::driftingTasks))
                        .description(
                                "Tasks whose counters differed from their files when they were last compared; must be 0"),
                meters);
        register(
                Gauge.builder("filemill.database.reachable", this, gauges -> gauges.figures() == null ? 0 : 1)
                        .description("Whether the database answers this server"),
                meters);
    }

    private void gauge(
            MeterRegistry meters,
            String name,
            String description,
            String tag,
            String tagValue,
            ToDoubleFunction<ClusterFigures> value) {
        register(
                Gauge.builder(name, this, gauges -> gauges.value(value))
                        .tag(tag, tagValue)
                        .description(description),
                meters);
    }

    private static void register(Gauge.Builder<ClusterGauges> gauge, MeterRegistry meters) {
        Gauge ignored = gauge.strongReference(true).register(meters);
    }

    private double value(ToDoubleFunction<ClusterFigures> part) {
        ClusterFigures figures = figures();
        return figures == null ? Double.NaN : part.applyAsDouble(figures);
    }

    private synchronized @Nullable ClusterFigures figures() {
        Read read = last;
        if (read == null || nanoTime.getAsLong() - read.at() > FRESH.toNanos()) {
            ClusterFigures figures = readOrNull();
            read = new Read(figures, nanoTime.getAsLong());
            last = read;
        }
        return read.figures();
    }

    private @Nullable ClusterFigures readOrNull() {
        try {
            return source.get();
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("The figures of the cluster cannot be read");
            return null;
        }
    }
}
