package io.filemill.db.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The meters of a process, for Prometheus. What only reads a state, the virtual machine's and the pools' included, is set up when somebody
 * asks for the first time, so that a process that nobody watches does not pay for it. Safe for use by several threads.
 */
public final class Metrics implements AutoCloseable {
    /** How {@link #scrape} writes. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(30),
        Duration.ofHours(1)
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<MeterBinder> later = new ArrayList<>();
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private boolean scraped;

    /** Creates the registry, without any meter yet. */
    public Metrics() {
        later.addAll(List.of(
                new ClassLoaderMetrics(),
                new FileDescriptorMetrics(),
                new JvmMemoryMetrics(),
                new JvmThreadMetrics(),
                new ProcessorMetrics(),
                new UptimeMetrics(),
                collections));
    }

    /** Where meters are made that count from the start of the process on. */
    public MeterRegistry registry() {
        return registry;
    }

    /** Sets up meters at the first scrape, or at once if there was one. */
    public synchronized void bindAtFirstScrape(MeterBinder meters) {
        if (scraped) {
            meters.bindTo(registry);
        } else {
            later.add(meters);
        }
    }

    /** A timer with buckets from a millisecond to an hour. */
    public static Timer.Builder timer(String name, String description) {
        return Timer.builder(name).description(description).serviceLevelObjectives(BUCKETS);
    }

    /** All meters as they are now, in Prometheus's text format, {@link #CONTENT_TYPE}. */
    public String scrape() {
        bindAll();
        return registry.scrape();
    }

    private synchronized void bindAll() {
        if (!scraped) {
            scraped = true;
            later.forEach(meters -> meters.bindTo(registry));
            later.clear();
        }
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
