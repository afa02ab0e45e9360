package io.filemill.worker.node;

import io.filemill.db.node.NewNode;
import io.filemill.db.node.NodeRepository;
import io.filemill.db.notification.Channel;
import io.filemill.db.notification.NotificationListener;
import io.filemill.db.queue.Feeder;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.worker.capacity.WorkerCapacity;
import io.filemill.worker.file.RunningFiles;
import io.filemill.worker.jobrunr.JobServer;
import io.filemill.worker.rescue.Rescuer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * This node from its registration to its drain. While it lives it renews its lease, stops what it has lost, rescues what others left
 * behind, and takes work as slots become free.
 */
public final class WorkerNode implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerNode.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(3); // five fit into a lease
    private static final Duration RESCUE = Duration.ofSeconds(3);
    private static final Duration DRAIN_POLL = Duration.ofMillis(20);

    private final NodeIdentity identity;
    private final WorkerCapacity capacity;
    private final Rows rows;
    private final RunningFiles running;
    private final Feeder feeder;
    private final ServerFactory serverFactory;
    private final DataSource unpooled;
    private final Duration drainGrace;
    private final CountDownLatch never = new CountDownLatch(1);
    private @Nullable Running started;

    /** The database's side of a node. */
    public record Rows(NodeRepository nodes, FileTaskRepository files) {}

    /** Makes the JobRunr server of the node. */
    public interface ServerFactory {
        /** Makes a server that calls {@code slotFreed} on the worker thread after each job. */
        JobServer create(Runnable slotFreed);
    }

    /** What lives between start and stop. */
    private record Running(
            JobServer server, Pump pump, NotificationListener listener, ScheduledExecutorService beats) {}

    public WorkerNode(
            NodeIdentity identity,
            WorkerCapacity capacity,
            Rows rows,
            RunningFiles running,
            Feeder feeder,
            ServerFactory serverFactory,
            DataSource unpooled,
            Duration drainGrace) {
        this.identity = identity;
        this.capacity = capacity;
        this.rows = rows;
        this.running = running;
        this.feeder = feeder;
        this.serverFactory = serverFactory;
        this.unpooled = unpooled;
        this.drainGrace = drainGrace;
    }

    @Override
    public synchronized void start() {
        rows.nodes().register(newNode());
        var pumpOfServer = new PumpOfServer();
        JobServer server = serverFactory.create(pumpOfServer::slotFreed);
        var pump = new Pump(feeder, server, capacity.slots());
        pumpOfServer.pump = pump;
        server.start();
        pump.start();
        NotificationListener listener = NotificationListener.start(
                unpooled, Map.of(Channel.WORK, payload -> pump.wake(), Channel.CANCEL, payload -> cancelled()));
        ScheduledExecutorService beats = Executors.newScheduledThreadPool(2, task -> {
            var thread = new Thread(task, "node-beats");
            thread.setDaemon(true);
            return thread;
        });
        var rescuer = new Rescuer(rows.files(), rows.nodes().lease());
        every(beats, HEARTBEAT, "renew the lease", this::heartbeat);
        every(beats, RESCUE, "rescue", () -> {
            server.restartIfStopped();
            if (rescuer.runOnce() > 0) {
                pump.wake();
            }
        });
        started = new Running(server, pump, listener, beats);
        LOG.atInfo()
                .addKeyValue("node", identity.name())
                .addKeyValue("nodeId", identity.id())
                .addKeyValue("capacity", capacity.reason())
                .log("Node started");
    }

    private NewNode newNode() {
        ArrayNode gpus = JsonNodeFactory.instance.arrayNode();
        capacity.hardware()
                .gpus()
                .forEach(gpu -> gpus.addObject().put("index", gpu.index()).put("name", gpu.name()));
        return new NewNode(
                identity.id(),
                identity.name(),
                identity.host(),
                identity.pid(),
                identity.version(),
                capacity.slots(),
                capacity.hardware().cpus(),
                capacity.hardware().memoryBytes(),
                gpus,
                capacity.reason());
    }

    private void heartbeat() {
        if (!rows.nodes().heartbeat(identity.id())) {
            rows.nodes().register(newNode());
        }
        running.stopLost(rows.files().reconcile(identity.id(), running.attempts()));
    }

    /** Something was cancelled, whose files this node may run. */
    private void cancelled() {
        running.stopLost(rows.files().lost(identity.id(), running.attempts()));
    }

    private static void every(ScheduledExecutorService beats, Duration period, String purpose, Runnable action) {
        var unused = beats.scheduleWithFixedDelay(
                () -> {
                    try {
                        action.run();
                    } catch (RuntimeException e) {
                        LOG.atWarn()
                                .addKeyValue("purpose", purpose)
                                .addKeyValue("reason", e.getMessage())
                                .log("A beat of the node failed");
                    }
                },
                period.toMillis(),
                period.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /**
     * Drains: takes nothing more, waits for what runs up to the grace time, and gives the rest back without a loss for it. The lease is
     * renewed until the end.
     */
    @Override
    public synchronized void stop() {
        Running node = started;
        if (node == null) {
            return;
        }
        LOG.atInfo().addKeyValue("running", running.attempts().size()).log("Node drains");
        node.server().closeSlots();
        quietly("say that the node drains", () -> rows.nodes().markDraining(identity.id()));
        awaitIdle(drainGrace);
        running.releaseAll();
        awaitIdle(Duration.ofSeconds(10));
        node.listener().close();
        node.pump().close();
        node.server().stop();
        node.beats().shutdownNow();
        running.close();
        quietly("say that the node has stopped", () -> {
            rows.nodes().markStopped(identity.id());
            int ignored = new Rescuer(rows.files(), rows.nodes().lease()).runOnce() + feeder.feed();
        });
        started = null;
        LOG.info("Node stopped");
    }

    private void awaitIdle(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        try {
            while (!running.isEmpty() && System.nanoTime() < end) {
                boolean ignored = never.await(DRAIN_POLL.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void quietly(String purpose, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("purpose", purpose)
                    .addKeyValue("reason", e.getMessage())
                    .log("The node stops without it");
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return started != null;
    }

    /** The server needs to know the pump, and the pump the server. */
    private static final class PumpOfServer {
        private volatile @Nullable Pump pump;

        void slotFreed() {
            Pump current = pump;
            if (current != null) {
                current.slotFreed();
            }
        }
    }
}
