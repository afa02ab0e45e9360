package io.filemill.worker.node;

import io.filemill.db.DatabaseConfiguration;
import io.filemill.db.node.NewNode;
import io.filemill.db.node.NodeRepository;
import io.filemill.db.node.Signs;
import io.filemill.db.notification.Channel;
import io.filemill.db.notification.NotificationListener;
import io.filemill.db.queue.Feeder;
import io.filemill.db.queue.FileTaskJob;
import io.filemill.db.queue.Listings;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.worker.capacity.Gpu;
import io.filemill.worker.capacity.WorkerCapacity;
import io.filemill.worker.file.RunningFiles;
import io.filemill.worker.jobrunr.JobServer;
import io.filemill.worker.jobrunr.ServerState;
import io.filemill.worker.listing.Lister;
import io.filemill.worker.rescue.Rescuer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
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
    private static final Duration FIRST_BEAT = Duration.ofSeconds(1); // files may have waited for this node
    private static final Duration RESCUE =
            Duration.ofSeconds(1); // asks the database only after a heartbeat that saw a reason
    private static final Duration HELD_LIMIT = Duration.ofSeconds(1);
    private static final Duration RELEASE_LIMIT = Duration.ofSeconds(10);
    private static final Duration DRAIN_POLL = Duration.ofMillis(20);
    private static final Duration LONGEST_BEAT = Duration.ofMinutes(2); // longer than any statement may take

    private final NodeIdentity identity;
    private final WorkerCapacity capacity;
    private final Rows rows;
    private final RunningFiles running;
    private final Feeder feeder;
    private final ServerFactory serverFactory;
    private final DataSource unpooled;
    private final Duration drainGrace;
    private final CountDownLatch never = new CountDownLatch(1);
    private final LeaseWatch lease = new LeaseWatch(DatabaseConfiguration.NODE_LEASE, System::nanoTime);
    private final AtomicReference<Signs> seen = new AtomicReference<>(Signs.OF_NOTHING);
    private volatile @Nullable Running started;
    private volatile boolean draining;
    private volatile long lastBeat = System.nanoTime();

    /** The database's side of a node. */
    public record Rows(NodeRepository nodes, FileTaskRepository files, Listings listings, Rescuer rescuer) {}

    /** Makes the JobRunr server of the node. */
    public interface ServerFactory {
        /** Makes a server that calls {@code slotFreed} on the worker thread after each job. */
        JobServer create(Runnable slotFreed);
    }

    /** What lives between start and stop. */
    private record Running(
            JobServer server,
            Pump pump,
            Lister lister,
            NotificationListener listener,
            ScheduledExecutorService beats) {}

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
        lease.attempt();
        rows.nodes().register(newNode());
        lease.renewed(rows.nodes().leasesAreSettled());
        draining = false;
        lastBeat = System.nanoTime();
        var pumpOfServer = new PumpOfServer();
        JobServer server = serverFactory.create(pumpOfServer::slotFreed);
        var pump = new Pump(server);
        pumpOfServer.pump = pump;
        running.onEnd(pump::endWritten);
        server.start();
        pump.start();
        var lister = new Lister(rows.listings(), identity.id());
        lister.start();
        NotificationListener listener = NotificationListener.start(
                unpooled,
                Map.of(
                        Channel.WORK,
                        payload -> pump.wake(),
                        Channel.CANCEL,
                        payload -> cancelled(),
                        Channel.PAUSE,
                        payload -> giveBackWhatIsPaused(server),
                        Channel.LISTING,
                        payload -> lister.wake()));
        ScheduledExecutorService beats = Executors.newScheduledThreadPool(2, task -> {
            var thread = new Thread(task, "node-beats");
            thread.setDaemon(true);
            return thread;
        });
        every(beats, HEARTBEAT, "renew the lease", () -> heartbeat(server, pump));
        every(beats, RESCUE, "rescue", () -> rescue(pump));
        started = new Running(server, pump, lister, listener, beats);
        LOG.atInfo()
                .addKeyValue("node", identity.name())
                .addKeyValue("nodeId", identity.id())
                .addKeyValue("capacity", capacity.reason())
                .log("Node started");
    }

    private NewNode newNode() {
        return new NewNode(
                identity.id(),
                identity.name(),
                identity.host(),
                identity.pid(),
                identity.version(),
                capacity.slots(),
                capacity.hardware().cpus(),
                capacity.hardware().memoryBytes(),
                json(capacity.hardware().gpus()),
                capacity.reason());
    }

    static ArrayNode json(List<Gpu> gpus) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        gpus.forEach(gpu -> json.addObject()
                .put("index", gpu.index())
                .put("name", gpu.name())
                .put("memory_bytes", gpu.memoryBytes()));
        return json;
    }

    private void heartbeat(JobServer server, Pump pump) {
        lastBeat = System.nanoTime();
        lease.attempt();
        Signs signs = rows.nodes().heartbeat(identity.id(), server.hasRoom()).orElseGet(this::registerAgain);
        lease.renewed(true);
        seen.set(signs);
        if (signs.waitingFiles()) {
            pump.wake();
        }
        if (signs.holdsFiles() || !running.isEmpty()) {
            running.stopLost(rows.files().reconcile(identity.id(), running.attempts()));
        }
        giveBackWhatIsPaused(server);
    }

    private Signs registerAgain() {
        rows.nodes().register(newNode());
        return Signs.OF_ANYTHING;
    }

    /** Once after each heartbeat, and only for what that has seen signs of, so that idle nodes ask nothing. */
    private void rescue(Pump pump) {
        Signs signs = seen.getAndSet(Signs.OF_NOTHING);
        if ((signs.abandonedFiles() || signs.dispatchedFiles())
                && lease.mayJudgeOthers()
                && rows.rescuer().runOnce(signs.abandonedFiles(), signs.dispatchedFiles()) > 0) {
            pump.wake();
        }
    }

    /** Something was cancelled, whose files this node may run. */
    private void cancelled() {
        running.stopLost(rows.files().lost(identity.id(), running.attempts()));
    }

    /** Files of this node that wait for a slot must not start if they were paused meanwhile. */
    private void giveBackWhatIsPaused(JobServer server) {
        if (server.holdsJobsInAdvance()) {
            Map<Long, Integer> attempts = running.attempts();
            server.giveBack(rows.files().heldBack(attempts.keySet()).stream()
                    .map(id -> new FileTaskJob(id, attempts.getOrDefault(id, 0)))
                    .toList());
        }
    }

    /** How the node is now. May be called by any thread at any time. */
    public NodeHealth health() {
        Running node = started;
        if (node == null) {
            var notStarted = NodeHealth.Check.failed("The node has not started, or it has stopped.");
            return new NodeHealth(NodeHealth.Check.passed("The process runs."), notStarted, notStarted);
        }
        ServerState server = node.server().state();
        return new NodeHealth(
                live(server, node.pump()), ready(server), NodeHealth.Check.passed("The node has started."));
    }

    private NodeHealth.Check live(ServerState server, Pump pump) {
        if (server.phase() == ServerState.Phase.GAVE_UP) {
            return NodeHealth.Check.failed(server.detail());
        }
        if (!draining && !pump.isAlive()) {
            return NodeHealth.Check.failed("The node's thread that looks for work has ended or stands still.");
        }
        Duration sinceBeat = Duration.ofNanos(System.nanoTime() - lastBeat);
        return sinceBeat.compareTo(LONGEST_BEAT) < 0
                ? NodeHealth.Check.passed(server.detail())
                : NodeHealth.Check.failed("The node's heart has not beaten for " + sinceBeat.toSeconds() + " s.");
    }

    private NodeHealth.Check ready(ServerState server) {
        if (draining) {
            return NodeHealth.Check.failed("The node drains.");
        }
        if (!lease.isValid()) {
            return NodeHealth.Check.failed("The node's lease has run out; the database does not answer.");
        }
        return server.phase() == ServerState.Phase.RUNNING
                ? NodeHealth.Check.passed("The node takes files.")
                : NodeHealth.Check.failed(server.detail());
    }

    private static void every(ScheduledExecutorService beats, Duration period, String purpose, Runnable action) {
        var failing = new AtomicBoolean();
        var unused = beats.scheduleWithFixedDelay(
                () -> {
                    try {
                        action.run();
                        if (failing.getAndSet(false)) {
                            LOG.atInfo().addKeyValue("purpose", purpose).log("A beat of the node works again");
                        }
                    } catch (RuntimeException e) {
                        if (!failing.getAndSet(true)) {
                            LOG.atWarn()
                                    .addKeyValue("purpose", purpose)
                                    .addKeyValue("reason", e.getMessage())
                                    .log("A beat of the node fails, and is repeated until it works");
                        }
                    }
                },
                FIRST_BEAT.toMillis(),
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
        draining = true;
        node.server().closeSlots();
        node.pump().close();
        node.lister().close();
        quietly("say that the node drains", () -> rows.nodes().markDraining(identity.id()));
        if (node.server().holdsJobsInAdvance()) { // a quarter of a second's worth, unless files became longer
            awaitIdle(node.server(), HELD_LIMIT);
            running.releaseWaiting();
        }
        awaitIdle(node.server(), drainGrace);
        running.releaseAll();
        awaitIdle(node.server(), RELEASE_LIMIT);
        node.listener().close();
        node.server().stop();
        node.beats().shutdownNow();
        running.close();
        quietly("say that the node has stopped", () -> {
            rows.nodes().markStopped(identity.id());
            int ignored = (lease.mayJudgeOthers() ? rows.rescuer().runOnce() : 0) + feeder.feed();
        });
        started = null;
        LOG.info("Node stopped");
    }

    /** A job that was fetched before the drain may be about to claim its file, and an end may wait to be written, so both count. */
    private void awaitIdle(JobServer server, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        try {
            while (!(server.isIdle() && running.isEmpty()) && System.nanoTime() < end) {
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
