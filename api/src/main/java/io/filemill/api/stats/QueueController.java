package io.filemill.api.stats;

import io.filemill.api.cache.EntityTag;
import io.filemill.db.task.QueueStatistics;
import io.filemill.db.task.QueueStatisticsRepository;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.WebRequest;

/** Shows how much work waits in the cluster, and who is there to do it. */
@RestController
final class QueueController {
    private final QueueStatisticsRepository statistics;

    QueueController(QueueStatisticsRepository statistics) {
        this.statistics = statistics;
    }

    /** Shows figures of the whole cluster: files that wait, run and are paused, slots, and nodes by state. */
    @GetMapping("/v1/stats/queue")
    ResponseEntity<QueueView> show(WebRequest request) {
        QueueView view = QueueView.of(statistics.read());
        return EntityTag.of(view.version()).answer(request, () -> view);
    }

    /**
     * The JSON of the figures.
     *
     * @param ready files that could start now
     * @param pendingLater files that wait for a time
     * @param paused files that wait for a resume
     * @param oldestReadyAt since when the longest waiting one could start; null if none waits
     * @param oldestReadyAgeSeconds how long that is ago; 0 if none waits
     */
    record QueueView(
            long ready,
            long running,
            long pendingLater,
            long paused,
            @Nullable Instant oldestReadyAt,
            double oldestReadyAgeSeconds,
            long slotsTotal,
            long slotsFree,
            Nodes nodes) {

        static QueueView of(QueueStatistics figures) {
            return new QueueView(
                    figures.ready(),
                    figures.running(),
                    figures.pendingLater(),
                    figures.paused(),
                    figures.oldestReadyAt(),
                    Math.round(figures.oldestReadyAgeSeconds() * 1000) / 1000.0,
                    figures.slotsTotal(),
                    figures.slotsFree(),
                    new Nodes(
                            figures.nodesActive(),
                            figures.nodesDraining(),
                            figures.nodesLost(),
                            figures.nodesStopped()));
        }

        /** Everything but the age, which the time of the oldest file stands for. */
        String version() {
            return String.join(
                    " ",
                    Long.toString(ready),
                    Long.toString(running),
                    Long.toString(pendingLater),
                    Long.toString(paused),
                    String.valueOf(oldestReadyAt),
                    Long.toString(slotsTotal),
                    Long.toString(slotsFree),
                    nodes.toString());
        }
    }

    /** How many nodes are in each state. */
    record Nodes(long active, long draining, long lost, long stopped) {}
}
