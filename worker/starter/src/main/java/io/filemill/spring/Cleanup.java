package io.filemill.spring;

import io.filemill.db.Tables;
import io.filemill.db.storage.FileStore;
import io.filemill.worker.purge.Purger;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Purges tasks that ended long ago, from time to time, in a process without a node. Safe for use by several threads. */
final class Cleanup {
    private static final Logger LOG = LoggerFactory.getLogger(Cleanup.class);

    private final Purger purger;
    private final Duration interval;
    private @Nullable ScheduledExecutorService thread;
    private boolean ended;

    Cleanup(Tables tables, FilemillSettings settings) {
        var leftovers = new Purger.Leftovers(
                tables.finishedJobs(),
                tables.idempotencyKeys(),
                tables.limits(),
                tables.auditLog(),
                settings.auditMaxAge());
        var store = new FileStore(settings.dataDir().resolve("files"), Clock.systemUTC());
        this.purger = new Purger(tables.uploadTasks(), store, tables.nodes(), leftovers, settings.purgeMaxAge());
        this.interval = settings.purgeInterval();
    }

    /** Begins, unless it has begun or ended before. The first purge is at once. */
    synchronized void start() {
        if (thread == null && !ended) {
            thread = Executors.newSingleThreadScheduledExecutor(task -> {
                var daemon = new Thread(task, "filemill-cleanup");
                daemon.setDaemon(true);
                return daemon;
            });
            var ignored = thread.scheduleWithFixedDelay(this::purge, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void purge() {
        try {
            int ignored = purger.runOnce();
        } catch (IOException | RuntimeException e) {
            LOG.atWarn().setCause(e).log("The purge failed, will try again");
        }
    }

    /** Ends for good. May be called twice. */
    synchronized void stop() {
        ended = true;
        if (thread != null) {
            thread.shutdownNow();
        }
    }
}
