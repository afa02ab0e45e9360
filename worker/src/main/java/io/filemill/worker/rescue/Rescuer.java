package io.filemill.worker.rescue;

import io.filemill.db.task.FileTaskRepository;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds files that nobody runs any more, because a node died or a job was lost. Every node has one; they do not disturb each other. */
public final class Rescuer {
    private static final Logger LOG = LoggerFactory.getLogger(Rescuer.class);

    private final FileTaskRepository files;
    private final Counter ofDeadNodes;
    private final Counter lostDispatches;

    public Rescuer(FileTaskRepository files, MeterRegistry meters) {
        this.files = files;
        this.ofDeadNodes = counter(meters, "dead_node");
        this.lostDispatches = counter(meters, "lost_dispatch");
    }

    private static Counter counter(MeterRegistry meters, String reason) {
        return Counter.builder("filemill.files.rescued")
                .description("Files taken back from nodes that died, or whose job was lost")
                .tag("reason", reason)
                .register(meters);
    }

    /** Looks once; returns how many files can be dispatched again. */
    public int runOnce() {
        return runOnce(true, true);
    }

    /** As {@link #runOnce()}, but looks only for what there may be: files of dead nodes, files whose job is lost. */
    public int runOnce(boolean abandonedFiles, boolean dispatchedFiles) {
        int abandoned = abandonedFiles ? files.rescueFromDeadNodes() : 0;
        int lost = dispatchedFiles ? files.rescueLostDispatches() : 0;
        ofDeadNodes.increment(abandoned);
        lostDispatches.increment(lost);
        if (abandoned + lost > 0) {
            LOG.atWarn()
                    .addKeyValue("ofDeadNodes", abandoned)
                    .addKeyValue("lostDispatches", lost)
                    .log("File tasks rescued");
        }
        return abandoned + lost;
    }
}
