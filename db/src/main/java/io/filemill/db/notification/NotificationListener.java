package io.filemill.db.notification;

import io.filemill.db.Outage;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that listens to {@link Channel}s on a connection of its own and hands each notification to its receiver. When the connection
 * breaks it opens another one, and then calls every receiver with an empty payload, since notifications may have been missed.
 */
public final class NotificationListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NotificationListener.class);
    private static final Duration WAIT = Duration.ofMillis(500);
    private static final Duration FIRST_RECONNECT_DELAY = Duration.ofMillis(100);
    private static final Duration LONGEST_RECONNECT_DELAY = Duration.ofSeconds(3);
    /** A connection whose other end vanished is silent like an idle one, so it is asked now and then. */
    private static final Duration PROBE = Duration.ofSeconds(10);

    private static final Duration PROBE_LIMIT = Duration.ofSeconds(3);

    private final DataSource unpooled;
    private final Map<Channel, Consumer<String>> receivers;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CountDownLatch listening = new CountDownLatch(1);
    private final Thread thread;

    private NotificationListener(DataSource unpooled, Map<Channel, Consumer<String>> receivers) {
        this.unpooled = unpooled;
        this.receivers = receivers;
        this.thread = new Thread(this::run, "notification-listener");
        this.thread.setDaemon(true);
    }

    /**
     * Starts to listen.
     *
     * @param unpooled opens the connection, which is kept for good and so must not come from a pool
     * @param receivers called on the listening thread, so they must be quick; what they throw is logged
     */
    public static NotificationListener start(DataSource unpooled, Map<Channel, Consumer<String>> receivers) {
        var listener = new NotificationListener(unpooled, Map.copyOf(receivers));
        listener.thread.start();
        return listener;
    }

    /** Waits until notifications arrive, for at most the given time; false if they do not yet. */
    public boolean awaitListening(Duration limit) throws InterruptedException {
        return listening.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void run() {
        Duration delay = FIRST_RECONNECT_DELAY;
        boolean lost = false;
        try {
            do {
                try (Connection connection = unpooled.getConnection()) {
                    startListening(connection);
                    if (lost) {
                        LOG.info("Notifications arrive again");
                        lost = false;
                    }
                    delay = FIRST_RECONNECT_DELAY;
                    listen(connection);
                } catch (SQLException e) {
                    if (closed.getCount() > 0 && !lost) {
                        LOG.atWarn()
                                .addKeyValue("reason", e.getMessage())
                                .log("Lost the connection for notifications, will reconnect");
                        lost = true;
                    }
                    delay = min(delay.multipliedBy(2), LONGEST_RECONNECT_DELAY);
                }
            } while (!closed.await(delay.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void startListening(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (Channel channel : receivers.keySet()) {
                statement.execute("listen " + channel.channelName());
            }
        }
        listening.countDown();
        receivers.keySet().forEach(channel -> receive(channel, ""));
    }

    private void listen(Connection connection) throws SQLException {
        var postgres = connection.unwrap(PGConnection.class);
        long probed = System.nanoTime();
        while (closed.getCount() > 0) {
            if (System.nanoTime() - probed > PROBE.toNanos()) {
                if (!connection.isValid((int) PROBE_LIMIT.toSeconds())) {
                    throw new SQLException("the server no longer answers on the connection for notifications");
                }
                probed = System.nanoTime();
            }
            PGNotification[] notifications = postgres.getNotifications((int) WAIT.toMillis());
            if (notifications != null) {
                for (PGNotification notification : notifications) {
                    receivers.keySet().stream()
                            .filter(channel -> channel.channelName().equals(notification.getName()))
                            .forEach(channel -> receive(channel, notification.getParameter()));
                }
            }
        }
    }

    private void receive(Channel channel, String payload) {
        try {
            receivers.getOrDefault(channel, ignored -> {}).accept(payload);
        } catch (RuntimeException e) {
            if (Outage.caused(e)) { // what follows a notification is done on a tick too
                LOG.atWarn()
                        .addKeyValue("channel", channel)
                        .addKeyValue("reason", e.getMessage())
                        .log("A notification could not be handled, the database is away");
                return;
            }
            LOG.atError().addKeyValue("channel", channel).setCause(e).log("A notification could not be handled");
        }
    }

    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
    }
}
