package io.filemill.api.task;

import io.filemill.db.queue.QueuePlaces;
import io.filemill.db.task.UploadTask;
import java.time.Clock;
import org.springframework.stereotype.Component;

/** Makes the JSON of tasks, with what their rows do not say themselves: the time, and their place in the queue. */
@Component
final class TaskViews {
    private final QueuePlaces places;
    private final Clock clock;

    TaskViews(QueuePlaces places, Clock clock) {
        this.places = places;
        this.clock = clock;
    }

    TaskView of(UploadTask task) {
        boolean waits = !task.status().isFinal() && task.pendingFiles() > 0 && task.pausedBy() == null;
        return TaskView.of(task, waits ? places.filesAhead(task.id()) : null, clock.instant());
    }
}
