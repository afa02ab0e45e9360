package io.filemill.worker.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FileMetricsTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final FileMetrics metrics = new FileMetrics(meters);

    @Test
    void addsUpWhatHappensToAttempts() {
        metrics.ended("noop", "completed", null, TimeUnit.MILLISECONDS.toNanos(5));
        metrics.ended("noop", "completed", null, TimeUnit.MILLISECONDS.toNanos(7));
        metrics.ended("noop", "failed", "CORRUPT", 1);
        metrics.pickedUp(TimeUnit.SECONDS.toNanos(2));

        var completed = meters.get("filemill.file.attempt")
                .tags("processor", "noop", "outcome", "completed", "error_code", "none")
                .timer();
        assertThat(completed.count()).isEqualTo(2);
        assertThat(completed.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(12);
        assertThat(meters.get("filemill.file.pickup").timer().totalTime(TimeUnit.SECONDS))
                .isEqualTo(2);
    }

    @Test
    void namesThatProcessorsChooseMakeALimitedNumberOfSeries() {
        for (int i = 0; i < 1000; i++) {
            metrics.ended("own", "failed", "CODE_" + i, 1);
            metrics.phase("own", "phase " + i, 1);
        }

        assertThat(meters.find("filemill.file.attempt").timers()).hasSize(FileMetrics.MOST_NAMES + 1);
        assertThat(meters.find("filemill.file.phase").timers()).hasSize(FileMetrics.MOST_NAMES + 1);
        assertThat(meters.get("filemill.file.attempt")
                        .tag("error_code", "other")
                        .timer()
                        .count())
                .isEqualTo(1000 - FileMetrics.MOST_NAMES);
    }
}
