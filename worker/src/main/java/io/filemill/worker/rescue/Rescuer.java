package io.filemill.worker.rescue;

import io.filemill.db.task.FileTaskRepository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds files that nobody runs any more, because a node died or a job was lost. Every node runs one; they do not disturb each other. */
public final class Rescuer {
    private static final Logger LOG = LoggerFactory.getLogger(Rescuer.class);

    private final FileTaskRepository files;

    public Rescuer(FileTaskRepository files) {
        this.files = files;
    }

    /** Looks once; returns how many files can be dispatched again. */
    public int runOnce() {
        return runOnce(true, true);
    }

    /** As {@link #runOnce()}, but looks only for what there may be: files of dead nodes, files whose job is lost. */
    public int runOnce(boolean abandonedFiles, boolean dispatchedFiles) {
        int ofDeadNodes = abandonedFiles ? files.rescueFromDeadNodes() : 0;
        int lost = dispatchedFiles ? files.rescueLostDispatches() : 0;
        if (ofDeadNodes + lost > 0) {
            LOG.atWarn()
                    .addKeyValue("ofDeadNodes", ofDeadNodes)
                    .addKeyValue("lostDispatches", lost)
                    .log("File tasks rescued");
        }
        return ofDeadNodes + lost;
    }
}
