package io.filemill.api.stats;

import io.filemill.api.cache.EntityTag;
import io.filemill.api.problem.ProblemException;
import io.filemill.db.task.QueueSample;
import io.filemill.db.task.QueueSampleRepository;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.WebRequest;

/** Shows what the queue was like in the last hours, for a plot. */
@RestController
final class QueueHistoryController {
    private static final int POINTS = 240;
    private static final long MOST_MINUTES = QueueSampleRepository.KEPT.toMinutes();

    private final QueueSampleRepository samples;

    QueueHistoryController(QueueSampleRepository samples) {
        this.samples = samples;
    }

    /**
     * Shows what the queue was like in the last hour or longer, for a plot.
     *
     * @param minutes how much time: 1 to 1440
     */
    @GetMapping("/v1/stats/queue/history")
    ResponseEntity<History> show(@RequestParam(defaultValue = "60") int minutes, WebRequest request) {
        if (minutes < 1 || minutes > MOST_MINUTES) {
            throw ProblemException.invalid(
                    "The parameter minutes is a number from 1 to " + MOST_MINUTES + ", but is " + minutes + ".");
        }
        Duration step = step(minutes);
        List<Sample> found = samples.last(Duration.ofMinutes(minutes), step).stream()
                .map(Sample::of)
                .toList();
        return EntityTag.of(found.stream().map(Sample::toString).toList())
                .answer(request, () -> new History(minutes, step.toSeconds(), found));
    }

    /** A whole number of samples, so that there are not too many points. */
    static Duration step(int minutes) {
        long sample = QueueSampleRepository.INTERVAL.toSeconds();
        long samples = Math.max(1, (long) Math.ceil(minutes * 60.0 / POINTS / sample));
        return Duration.ofSeconds(samples * sample);
    }

    /**
     * The JSON of the last time.
     *
     * @param minutes how much time was asked for
     * @param stepSeconds how much time each sample stands for
     * @param samples the oldest first; none for a time in which no server ran
     */
    record History(int minutes, long stepSeconds, List<Sample> samples) {}

    /**
     * Averages over one step.
     *
     * @param at when the step began
     * @param ready files that a slot could run
     * @param running files that a node ran
     * @param pendingLater files that waited for their time
     * @param paused files that waited until something is resumed
     * @param slotsTotal slots of active nodes
     * @param finishedPerSecond files that ended, failed ones included
     * @param failedPerSecond files that failed
     */
    record Sample(
            Instant at,
            long ready,
            long running,
            long pendingLater,
            long paused,
            long slotsTotal,
            double finishedPerSecond,
            double failedPerSecond) {
        static Sample of(QueueSample sample) {
            return new Sample(
                    sample.at(),
                    sample.ready(),
                    sample.running(),
                    sample.pendingLater(),
                    sample.paused(),
                    sample.slotsTotal(),
                    rounded(sample.finishedPerSecond()),
                    rounded(sample.failedPerSecond()));
        }

        private static double rounded(double rate) {
            return Math.round(rate * 1000) / 1000.0;
        }
    }
}
