package io.filemill.api.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.task.ClusterFigures;
import io.filemill.db.task.QueueStatistics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClusterGaugesTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private int reads;
    private boolean away;
    private long now;

    ClusterGaugesTest() {
        new ClusterGauges(this::read, () -> now).bindTo(meters);
    }

    private ClusterFigures read() {
        reads++;
        if (away) {
            throw new IllegalStateException("the database is away");
        }
        return new ClusterFigures(new QueueStatistics(7, 2, 1, 0, null, 3.5, 8, 6, 2, 0, 1, 0), 4, 2, 0);
    }

    private double value(String name, String... tags) {
        return meters.get(name).tags(tags).gauge().value();
    }

    @Test
    void allGaugesOfAScrapeComeFromOneRead() {
        assertThat(value("filemill.queue.files", "status", "ready")).isEqualTo(7);
        assertThat(value("filemill.queue.files", "status", "running")).isEqualTo(2);
        assertThat(value("filemill.cluster.slots", "state", "busy")).isEqualTo(2);
        assertThat(value("filemill.queue.oldest.ready.age")).isEqualTo(3.5);
        assertThat(value("filemill.jobrunr.jobs", "state", "enqueued")).isEqualTo(4);
        assertThat(reads).isEqualTo(1);
    }

    @Test
    void manyScrapesShareARead() {
        for (int second = 0; second < 60; second++) {
            now = Duration.ofSeconds(second).toNanos();
            value("filemill.queue.files", "status", "ready");
        }
        assertThat(reads).isBetween(8, 12);
    }

    @Test
    void aDatabaseThatIsAwayIsAskedOnceAndLeavesNoNumbers() {
        away = true;
        assertThat(value("filemill.queue.files", "status", "ready")).isNaN();
        assertThat(value("filemill.counter.drift.tasks")).isNaN();
        assertThat(value("filemill.database.reachable")).isZero();
        assertThat(reads).isEqualTo(1);
        away = false;
        now = Duration.ofSeconds(6).toNanos();
        assertThat(value("filemill.database.reachable")).isEqualTo(1);
    }
}
