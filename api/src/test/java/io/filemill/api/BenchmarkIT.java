package io.filemill.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.api.cli.BenchPlan;
import io.filemill.api.cli.BenchReport;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

@ExtendWith(PostgresExtension.class)
final class BenchmarkIT {
    private final TestDatabase db;

    @TempDir
    Path dataDir;

    BenchmarkIT(TestDatabase db) {
        this.db = db;
    }

    @Test
    void measuresAndLeavesNothingBehind() throws InterruptedException {
        List<String> notes = new ArrayList<>();
        db.submit("bench", 3); // left behind by one that was killed
        db.submit("ann", 1);
        BenchReport report;
        try (ConfigurableApplicationContext server = ApiApplication.start(Map.of(
                "filemill.db.url",
                db.url,
                "filemill.db.data-dir",
                dataDir,
                "filemill.worker.enabled",
                false,
                "filemill.dashboard.enabled",
                false,
                "filemill.port",
                0))) {
            report = new Benchmark(server, new BenchPlan(200, 2, 1, 0, 3, true), notes::add).run();
        }

        assertThat(report.submitPerSecond()).isPositive();
        assertThat(report.drainPerSecond()).isPositive();
        assertThat(report.walBytesPerFile()).isPositive();
        assertThat(report.pickup().p50())
                .isPositive()
                .isLessThanOrEqualTo(report.pickup().max());
        assertThat(report.singleCommitsPerSecond()).isPositive();
        assertThat(report.groupCommitsPerSecond()).isPositive();
        assertThat(notes).isNotEmpty();
        assertThat(db.uploadTasks.list("bench", 10, null)).isEmpty();
        assertThat(db.uploadTasks.list("ann", 10, null)).hasSize(1);
    }

    @Test
    void aPercentileIsAMeasuredValue() {
        assertThat(Benchmark.percentile(List.of(1.0, 2.0, 3.0, 4.0), 50)).isEqualTo(2);
        assertThat(Benchmark.percentile(List.of(1.0, 2.0, 3.0, 4.0), 99)).isEqualTo(4);
        assertThat(Benchmark.percentile(List.of(1.0), 50)).isEqualTo(1);
    }
}
