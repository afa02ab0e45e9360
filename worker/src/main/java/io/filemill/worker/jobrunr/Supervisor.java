package io.filemill.worker.jobrunr;

import io.filemill.worker.jobrunr.ServerState.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a server of JobRunr running: replaces one that ended by itself, that does not get up, or whose heartbeat stands still. While the
 * database is away it only waits, for as long as that takes. When servers do not come up although the database answers, it tries less and
 * less often, and after some minutes says that it gave up, so that the process can be restarted.
 *
 * <p>One thread calls {@link #runOnce} now and then; the state may be read by any.
 */
final class Supervisor {
    static final Duration START_LIMIT = Duration.ofSeconds(20);
    static final Duration HEARTBEAT_LIMIT = Duration.ofSeconds(60); // some of JobRunr's polls
    static final Duration GIVE_UP_AFTER = Duration.ofMinutes(5);
    private static final Duration HEARTBEAT_CHECK = Duration.ofSeconds(30);
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    private static final int DOUBLINGS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);

    private final Cluster cluster;
    private final LongSupplier nanoTime;
    private volatile @Nullable Server current;
    private volatile Phase phase = Phase.STARTING;
    private volatile String reason = "";
    private volatile long phaseSince;
    private volatile boolean closed;
    private long startedAt;
    private long nextTry;
    private int tries;
    private @Nullable Long failingSince;
    private long nextHeartbeatCheck;
    private @Nullable Instant heartbeat;
    private long heartbeatSeenAt;

    /** One server, from its start to its end. */
    interface Server {
        /** Begins to start; {@link #isUp} tells when it has. */
        void start();

        /** Whether the cluster knows it. */
        boolean isUp();

        /** Whether it was stopped, by itself or by {@link #end}. */
        boolean hasEnded();

        /** Stops it and waits until it has stopped, for a limited time. May be called twice. */
        void end();
    }

    /** Where servers come from. */
    interface Cluster {
        Server newServer();

        /**
         * The last heartbeat of this node's server, or null if the cluster does not know it.
         *
         * @throws RuntimeException if the database does not answer
         */
        @Nullable
        Instant heartbeat();
    }

    Supervisor(Cluster cluster, LongSupplier nanoTime) {
        this.cluster = cluster;
        this.nanoTime = nanoTime;
        this.phaseSince = nanoTime.getAsLong();
    }

    /** Starts the first server. */
    void start() {
        startServer();
    }

    /** The server of now, running or not. */
    @Nullable
    Server current() {
        return current;
    }

    ServerState state() {
        long seconds = Duration.ofNanos(nanoTime.getAsLong() - phaseSince).toSeconds();
        String detail = switch (phase) {
            case STARTING -> "JobRunr's server starts.";
            case RUNNING -> "JobRunr's server runs.";
            case RESTARTING -> "JobRunr's server is being replaced since " + seconds + " s: " + reason + ".";
            case GAVE_UP -> "JobRunr's server does not come up since " + seconds + " s: " + reason + ".";
        };
        return new ServerState(phase, detail);
    }

    /** Looks once, and replaces the server if it has to and may. Can take some seconds. */
    void runOnce() {
        Server server = current;
        if (closed || server == null || isGettingUp(server)) {
            return;
        }
        if (server.isUp() && heartbeatMoves()) {
            if (phase != Phase.RUNNING) {
                LOG.info("JobRunr's server runs");
                enter(Phase.RUNNING);
                failingSince = null;
                tries = 0;
            }
            return;
        }
        if (phase == Phase.RUNNING || phase == Phase.STARTING) {
            reason = server.hasEnded() ? "it stopped by itself" : "it does not answer";
            LOG.atWarn().addKeyValue("reason", reason).log("JobRunr's server is replaced");
            enter(Phase.RESTARTING);
            nextTry = nanoTime.getAsLong();
        }
        if (nanoTime.getAsLong() - nextTry >= 0) {
            replace(server);
        }
    }

    /** Ends the server, also while {@link #runOnce} is at work, which then starts no other. */
    void end() {
        closed = true;
        Server server = current;
        if (server != null) {
            server.end();
        }
    }

    private void replace(Server old) {
        try {
            heartbeat = cluster.heartbeat();
        } catch (RuntimeException e) {
            reason = "the database does not answer";
            failingSince = null;
            tries = 0;
            nextTry = nanoTime.getAsLong() + FIRST_BACKOFF.toNanos();
            if (phase == Phase.GAVE_UP) {
                enter(Phase.RESTARTING);
            }
            return;
        }
        long now = nanoTime.getAsLong();
        if (failingSince == null) {
            failingSince = now;
        } else if (now - failingSince >= GIVE_UP_AFTER.toNanos() && phase != Phase.GAVE_UP) {
            LOG.error("JobRunr's server does not come up though the database answers; restart this process");
            enter(Phase.GAVE_UP);
        }
        old.end();
        startServer();
    }

    private void startServer() {
        nextTry = nanoTime.getAsLong() + (FIRST_BACKOFF.toNanos() << Math.min(tries, DOUBLINGS));
        tries++;
        Server server = cluster.newServer();
        current = server;
        startedAt = nanoTime.getAsLong();
        heartbeatSeenAt = startedAt;
        nextHeartbeatCheck = startedAt + HEARTBEAT_CHECK.toNanos();
        if (!closed) { // a server that was ended since starts no more
            server.start();
        }
    }

    private boolean isGettingUp(Server server) {
        return !server.hasEnded() && !server.isUp() && nanoTime.getAsLong() - startedAt < START_LIMIT.toNanos();
    }

    /** A server whose threads died looks alive from within; its row in the database tells. */
    private boolean heartbeatMoves() {
        long now = nanoTime.getAsLong();
        if (now - nextHeartbeatCheck < 0) {
            return true;
        }
        nextHeartbeatCheck = now + HEARTBEAT_CHECK.toNanos();
        try {
            Instant seen = cluster.heartbeat();
            if (seen != null && !seen.equals(heartbeat)) {
                heartbeat = seen;
                heartbeatSeenAt = now;
            }
        } catch (RuntimeException e) {
            heartbeatSeenAt = now; // nothing can be said while the database is away
        }
        return now - heartbeatSeenAt < HEARTBEAT_LIMIT.toNanos();
    }

    private void enter(Phase next) {
        phase = next;
        phaseSince = nanoTime.getAsLong();
    }
}
