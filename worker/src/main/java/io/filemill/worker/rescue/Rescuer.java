package io.filemill.worker.rescue;

import io.filemill.db.task.FileTaskRepository;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds files that nobody runs any more, because a node died or a job was lost. Every node runs one; they do not disturb each other.
 *
 * <p>A node that could not reach the database judges no other one until a lease later: the others may have been cut off as well, and
 * need time to renew their leases. For use by one thread at a time.
 */
public final class Rescuer {
    private static final Logger LOG = LoggerFactory.getLogger(Rescuer.class);

    private final FileTaskRepository files;
    private final Duration lease;
    private final LongSupplier nanoTime;
    private OptionalLong lastFailure = OptionalLong.empty();

    /**
     * @param lease how long a node may be silent
     */
    public Rescuer(FileTaskRepository files, Duration lease) {
        this(files, lease, System::nanoTime);
    }

    Rescuer(FileTaskRepository files, Duration lease, LongSupplier nanoTime) {
        this.files = files;
        this.lease = lease;
        this.nanoTime = nanoTime;
    }

    /**
     * Looks once; returns how many files can be dispatched again.
     *
     * @throws RuntimeException if the database cannot be reached
     */
    public int runOnce() {
        try {
            return rescue();
        } catch (RuntimeException e) {
            lastFailure = OptionalLong.of(nanoTime.getAsLong());
            throw e;
        }
    }

    private int rescue() {
        int lost = files.rescueLostDispatches();
        int ofDeadNodes = mayJudge() ? files.rescueFromDeadNodes(lease) : 0;
        if (ofDeadNodes + lost > 0) {
            LOG.atWarn()
                    .addKeyValue("ofDeadNodes", ofDeadNodes)
                    .addKeyValue("lostDispatches", lost)
                    .log("File tasks rescued");
        }
        return ofDeadNodes + lost;
    }

    private boolean mayJudge() {
        return lastFailure.isEmpty() || nanoTime.getAsLong() - lastFailure.getAsLong() > lease.toNanos();
    }
}
