package io.filemill.db.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.JsonNodeFactory;

@ExtendWith(PostgresExtension.class)
class QueueSampleRepositoryIT {
    private static final Duration HOUR = Duration.ofHours(1);

    private final TestDatabase db;
    private final QueueSampleRepository samples;

    QueueSampleRepositoryIT(TestDatabase db) {
        this.db = db;
        samples = new QueueSampleRepository(db.jdbc);
    }

    @BeforeEach
    @AfterEach
    void forget() {
        db.jdbc.sql("truncate queue_sample").update();
    }

    private List<QueueSample> lastHour() {
        return samples.last(HOUR, QueueSampleRepository.INTERVAL);
    }

    @Test
    void anIdleClusterHasASampleOfZeros() {
        assertThat(lastHour()).isEmpty();

        samples.take();

        assertThat(lastHour())
                .first()
                .satisfies(sample -> assertThat(sample).isEqualTo(new QueueSample(sample.at(), 0, 0, 0, 0, 0, 0, 0)));
    }

    @Test
    void aSampleHasTheFiguresOfTheQueueAndHowFastFilesEnd() {
        UUID node = db.node();
        UUID task = db.submit("ann", 5);
        List<Long> files = db.fileIds(task);
        files.subList(0, 3)
                .forEach(file -> assertThat(db.fileTasks.claim(file, 1, node)).isPresent());
        db.fileTasks.finish(List.of(
                FinishedFile.failed(files.get(0), 1, TestDatabase.corrupt()),
                FinishedFile.with(files.get(1), 1, TaskStatus.COMPLETED, JsonNodeFactory.instance.objectNode())));

        samples.take();

        assertThat(lastHour()).first().satisfies(sample -> {
            assertThat(sample.ready()).isEqualTo(2);
            assertThat(sample.running()).isEqualTo(1);
            assertThat(sample.slotsTotal()).isEqualTo(4);
            assertThat(sample.finishedPerSecond()).isCloseTo(2 / 30.0, within(0.02));
            assertThat(sample.failedPerSecond()).isCloseTo(1 / 30.0, within(0.01));
        });
    }

    @Test
    void whatHasBeenSampledIsNotSampledAgain() {
        db.jdbc.sql("""
                insert into queue_sample
                select to_timestamp(floor(extract(epoch from now()) / 15) * 15) + make_interval(secs => n * 15), 77, 0, 0, 0, 0, 0, 0
                from generate_series(0, 1) n          -- this interval, and the next one in case it begins meanwhile
                """).update();

        assertThat(samples.take()).isFalse();
        assertThat(lastHour()).allSatisfy(sample -> assertThat(sample.ready()).isEqualTo(77));
    }

    @Test
    void samplesAreAveragedOverSteps() {
        db.jdbc.sql("""
                insert into queue_sample
                select date_trunc('minute', now()) - interval '5 minutes' + make_interval(secs => n * 15), n, 0, 0, 0, 0, n, 0
                from generate_series(0, 7) n
                """).update();

        List<QueueSample> minutes = samples.last(HOUR, Duration.ofMinutes(1));

        assertThat(minutes).extracting(QueueSample::finishedPerSecond).containsExactly(1.5, 5.5);
        assertThat(minutes).extracting(QueueSample::ready).containsExactly(2L, 6L);
        assertThat(minutes.get(1).at()).isEqualTo(minutes.get(0).at().plus(1, ChronoUnit.MINUTES));
        assertThat(samples.last(Duration.ofMinutes(2), Duration.ofMinutes(1))).isEmpty();
    }

    @Test
    void samplesAreKeptForADay() {
        db.jdbc.sql("""
                insert into queue_sample
                select now() - make_interval(hours => n), 1, 0, 0, 0, 0, 0, 0 from generate_series(22, 26, 2) n
                """).update();

        samples.take();

        assertThat(samples.last(Duration.ofDays(3), Duration.ofMinutes(1)))
                .extracting(QueueSample::ready)
                .containsExactly(1L, 0L);
    }
}
