package io.filemill.worker.file;

import io.filemill.db.telemetry.Metrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is measured of the files of this node. Names that processors choose are taken as they are up to a number, and then as {@code other},
 * so that the number of time series has a bound. Safe for use by several threads.
 */
public final class FileMetrics {
    static final int MOST_NAMES = 50;
    private static final String NONE = "none";
    private static final String OTHER = "other";

    private final MeterRegistry meters;
    private final Timer pickup;
    private final Map<Attempt, Timer> attempts = new ConcurrentHashMap<>();
    private final Map<Part, Timer> parts = new ConcurrentHashMap<>();
    private final Names errorCodes = new Names();
    private final Names phases = new Names();

    private record Attempt(String processor, String outcome, String errorCode) {}

    private record Part(String processor, String phase) {}

    public FileMetrics(MeterRegistry meters) {
        this.meters = meters;
        this.pickup = Metrics.timer("filemill.file.pickup", "From the time that a file is due to its start")
                .register(meters);
    }

    /** A file starts that has been due for some time. */
    void pickedUp(long nanos) {
        pickup.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** An attempt at a file has ended. */
    void ended(String processor, String outcome, @Nullable String errorCode, long nanos) {
        var attempt = new Attempt(processor, outcome, errorCode == null ? NONE : errorCodes.bounded(errorCode));
        timer(attempt).record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(Attempt attempt) {
        Timer known = attempts.get(attempt); // before computeIfAbsent, which may lock
        return known != null
                ? known
                : attempts.computeIfAbsent(
                        attempt,
                        of -> Metrics.timer(
                                        "filemill.file.attempt", "Attempts at files, from the start to the end of one")
                                .tag("processor", of.processor())
                                .tag("outcome", of.outcome())
                                .tag("error_code", of.errorCode())
                                .register(meters));
    }

    /** A part of an attempt has ended. */
    void phase(String processor, String phase, long nanos) {
        var part = new Part(processor, phases.bounded(phase));
        Timer timer = parts.get(part);
        if (timer == null) {
            timer = parts.computeIfAbsent(
                    part,
                    of -> Timer.builder("filemill.file.phase")
                            .description("Parts of attempts at files")
                            .tag("processor", of.processor())
                            .tag("phase", of.phase())
                            .register(meters));
        }
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** The first names that are seen. */
    private static final class Names {
        private final Map<String, String> known = new ConcurrentHashMap<>();

        String bounded(String name) {
            if (known.containsKey(name)) {
                return name;
            }
            if (known.size() >= MOST_NAMES) {
                return OTHER;
            }
            known.put(name, name);
            return name;
        }
    }
}
