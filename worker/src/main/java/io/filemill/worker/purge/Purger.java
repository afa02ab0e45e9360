package io.filemill.worker.purge;

import io.filemill.db.audit.AuditLog;
import io.filemill.db.node.NodeRepository;
import io.filemill.db.queue.FinishedJobs;
import io.filemill.db.queue.IdempotencyKeys;
import io.filemill.db.queue.QueueLimits;
import io.filemill.db.storage.FileStore;
import io.filemill.db.task.UploadTaskRepository;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes upload tasks that ended longer ago than the configured age: their stored bytes, their rows, and JobRunr's leftovers. It never
 * touches a task that is not final, may be cut short at any point, and may run on several nodes at once.
 */
public final class Purger {
    private static final Logger LOG = LoggerFactory.getLogger(Purger.class);
    /** Bytes without rows come from uploads that were cut short; none takes this long. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    /** Clients repeat a submission after minutes, not days. */
    private static final Duration IDEMPOTENCY_KEYS = Duration.ofDays(1);

    private static final Duration UNUSED_SHARES = Duration.ofDays(1);
    private static final Duration SILENT_NODES = Duration.ofHours(1);

    private final UploadTaskRepository uploadTasks;
    private final FileStore store;
    private final NodeRepository nodes;
    private final Leftovers leftovers;
    private final Duration maxAge;

    /** What else is of no use any more after a time. */
    public record Leftovers(
            FinishedJobs jobs, IdempotencyKeys keys, QueueLimits limits, AuditLog audit, Duration auditMaxAge) {}

    public Purger(
            UploadTaskRepository uploadTasks,
            FileStore store,
            NodeRepository nodes,
            Leftovers leftovers,
            Duration maxAge) {
        this.uploadTasks = uploadTasks;
        this.store = store;
        this.nodes = nodes;
        this.leftovers = leftovers;
        this.maxAge = maxAge;
    }

    /** Purges once; returns how many upload tasks are gone. */
    public int runOnce() throws IOException {
        int purged = 0;
        for (Optional<UUID> task = uploadTasks.takeForPurge(maxAge);
                task.isPresent();
                task = uploadTasks.takeForPurge(maxAge)) {
            store.delete(task.get());
            uploadTasks.delete(task.get());
            purged++;
        }
        for (UUID abandoned : uploadTasks.unknown(store.olderThan(ABANDONED))) {
            store.delete(abandoned);
        }
        int purgedJobs = leftovers.jobs().purge(maxAge);
        int forgottenKeys = leftovers.keys().forgetOlderThan(IDEMPOTENCY_KEYS);
        int forgottenShares = leftovers.limits().forgetUnusedFor(UNUSED_SHARES);
        int auditEvents = leftovers.audit().purge(leftovers.auditMaxAge());
        int forgotten = nodes.forgetSilentSince(SILENT_NODES);
        if (purged + purgedJobs + forgotten + forgottenKeys + forgottenShares + auditEvents > 0) {
            LOG.atInfo()
                    .addKeyValue("uploadTasks", purged)
                    .addKeyValue("jobs", purgedJobs)
                    .addKeyValue("nodes", forgotten)
                    .addKeyValue("idempotencyKeys", forgottenKeys)
                    .addKeyValue("shares", forgottenShares)
                    .addKeyValue("auditEvents", auditEvents)
                    .log("Purged what ended long ago");
        }
        return purged;
    }
}
