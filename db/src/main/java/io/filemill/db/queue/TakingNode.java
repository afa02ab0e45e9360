package io.filemill.db.queue;

import java.util.UUID;
import org.jobrunr.jobs.states.ProcessingState;

/** A node that takes files, which is also a server of JobRunr under the same id and name. */
public record TakingNode(UUID id, String name) {
    ProcessingState processingState() {
        return new ProcessingState(id, name);
    }
}
