package io.filemill.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.filemill.db.notification.Channel;
import io.filemill.db.notification.NotificationListener;
import io.filemill.db.queue.TakingNode;
import io.filemill.db.task.Cancellation;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is left of connections when the server or the network between goes away. */
@ExtendWith(PostgresExtension.class)
class ConnectionLossIT {
    private final TestDatabase db;
    private final TcpProxy network;
    private final Database database;

    ConnectionLossIT(TestDatabase db) {
        this.db = db;
        this.network = TcpProxy.of(db.url);
        this.database =
                Database.open(new DatabaseProperties(Path.of("unused"), network.through(db.url), "", "", 10, false));
    }

    @AfterEach
    void close() throws Exception {
        database.close();
        network.close();
    }

    @Test
    void aPoolSaysSoWithinSecondsAndWorksAgainAfterwards() throws Exception {
        try (HikariDataSource pool = database.pool("outage", 4)) {
            var jdbc = JdbcClient.create(pool);
            assertThat(one(jdbc)).isEqualTo(1);
            network.cut();

            long start = System.nanoTime();
            Throwable failure = catchThrowable(() -> one(jdbc));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            assertThat(Outage.caused(failure)).as("%s", failure).isTrue();

            network.mend();
            await().atMost(Duration.ofSeconds(15)).ignoreExceptions().until(() -> one(jdbc) == 1);
        }
    }

    @Test
    void aPoolReplacesConnectionsThatWentSilent() {
        try (HikariDataSource pool = database.pool("silent", 2)) {
            var jdbc = JdbcClient.create(pool);
            assertThat(one(jdbc)).isEqualTo(1);
            network.silence();

            await().pollDelay(Duration.ofSeconds(1)) // connections used a moment ago are trusted
                    .atMost(Duration.ofSeconds(15))
                    .ignoreExceptions()
                    .until(() -> one(jdbc) == 1);
        }
    }

    @Test
    void aProcessThatStandsStillInATransactionDoesNotKeepItsLocksForEver() throws Exception {
        UUID task = db.submit("ann", 1);
        try (HikariDataSource pool = database.pool("frozen", 1);
                Connection frozen = pool.getConnection();
                Statement statement = frozen.createStatement()) {
            frozen.setAutoCommit(false);
            statement.execute("select pg_advisory_xact_lock(hashtext('filemill feeder'))");
            statement.execute("select from upload_task for update");
            var node = new TakingNode(db.node(), "a node");
            assertThat(db.feeder.take(node, 1).next().busy()).isTrue();

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !db.feeder.take(node, 1).next().busy());
            assertThat(db.uploadTasks.cancel("ann", task)).isEqualTo(new Cancellation.Cancelled(1));
            assertThat(catchThrowable(frozen::commit)).as("when it wakes").isInstanceOf(SQLException.class);
        }
    }

    private static int one(JdbcClient jdbc) {
        return jdbc.sql("select 1").query(Integer.class).single();
    }

    @Test
    void notificationsArriveAgainAfterAllConnectionsWereTerminated() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        try (var listener = NotificationListener.start(database.unpooled(), Map.of(Channel.CANCEL, received::add))) {
            assertThat(listener.awaitListening(Duration.ofSeconds(10))).isTrue();
            assertThat(received.poll(10, TimeUnit.SECONDS)).as("the first call").isEmpty();
            for (int round = 0; round < 5; round++) {
                db.jdbc.sql("""
                        select count(pg_terminate_backend(pid)) from pg_stat_activity
                        where datname = current_database() and query like 'listen%'
                        """).query(Integer.class).single();

                assertThat(received.poll(10, TimeUnit.SECONDS))
                        .as("something may have been missed")
                        .isEmpty();
                Channel.CANCEL.send(db.jdbc, "round " + round);
                assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("round " + round);
            }
        }
    }

    @Test
    void notificationsArriveAgainAfterTheConnectionWentSilent() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        try (var listener = NotificationListener.start(database.unpooled(), Map.of(Channel.CANCEL, received::add))) {
            assertThat(listener.awaitListening(Duration.ofSeconds(10))).isTrue();
            assertThat(received.poll(10, TimeUnit.SECONDS)).as("the first call").isEmpty();
            network.silence();

            assertThat(received.poll(25, TimeUnit.SECONDS))
                    .as("something may have been missed")
                    .isEmpty();
            Channel.CANCEL.send(db.jdbc, "again");
            assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("again");
        }
    }
}
