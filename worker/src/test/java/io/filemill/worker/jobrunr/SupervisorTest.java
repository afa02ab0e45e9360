package io.filemill.worker.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.worker.jobrunr.ServerState.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SupervisorTest {
    private final FakeCluster cluster = new FakeCluster();
    private long now = 7;
    private final Supervisor supervisor = new Supervisor(cluster, () -> now);

    private static final class FakeServer implements Supervisor.Server {
        boolean started;
        boolean up;
        boolean ended;
        boolean endedByUs;

        @Override
        public void start() {
            started = true;
        }

        @Override
        public boolean isUp() {
            return up && !ended;
        }

        @Override
        public boolean hasEnded() {
            return ended;
        }

        @Override
        public void end() {
            ended = true;
            endedByUs = true;
        }
    }

    private static final class FakeCluster implements Supervisor.Cluster {
        final List<FakeServer> servers = new ArrayList<>();
        boolean databaseAnswers = true;
        boolean serversComeUp = true;
        boolean heartBeats = true;
        private int beats;

        @Override
        public Supervisor.Server newServer() {
            var server = new FakeServer();
            server.up = serversComeUp;
            servers.add(server);
            return server;
        }

        @Override
        public @Nullable Instant heartbeat() {
            if (!databaseAnswers) {
                throw new IllegalStateException("away");
            }
            return Instant.ofEpochSecond(heartBeats ? ++beats : beats);
        }

        FakeServer last() {
            return servers.get(servers.size() - 1);
        }
    }

    private void pass(Duration time) {
        for (long second = 0; second < time.toSeconds(); second++) {
            now += Duration.ofSeconds(1).toNanos();
            supervisor.runOnce();
        }
    }

    @Test
    void leavesARunningServerAlone() {
        supervisor.start();
        pass(Duration.ofHours(1));

        assertThat(cluster.servers).hasSize(1);
        assertThat(supervisor.state().phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void replacesAServerThatStoppedByItself() {
        supervisor.start();
        pass(Duration.ofSeconds(2));
        cluster.last().ended = true;

        pass(Duration.ofSeconds(2));

        assertThat(cluster.servers).hasSize(2);
        assertThat(supervisor.current()).isSameAs(cluster.last());
        assertThat(supervisor.state().phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void waitsForTheDatabaseAndNeverGivesUpMeanwhile() {
        supervisor.start();
        pass(Duration.ofSeconds(2));
        cluster.databaseAnswers = false;
        cluster.last().ended = true;

        pass(Duration.ofHours(2));

        assertThat(cluster.servers).hasSize(1);
        assertThat(supervisor.state().phase()).isEqualTo(Phase.RESTARTING);
        assertThat(supervisor.state().detail()).contains("the database does not answer");
        cluster.databaseAnswers = true;
        pass(Duration.ofSeconds(3));
        assertThat(supervisor.state().phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void givesUpWhenNoServerComesUpThoughTheDatabaseAnswers() {
        supervisor.start();
        pass(Duration.ofSeconds(2));
        cluster.serversComeUp = false;
        cluster.last().ended = true;

        pass(Supervisor.GIVE_UP_AFTER.minusSeconds(30));
        assertThat(supervisor.state().phase()).isEqualTo(Phase.RESTARTING);
        pass(Duration.ofMinutes(2));

        assertThat(supervisor.state().phase()).isEqualTo(Phase.GAVE_UP);
        assertThat(cluster.servers).hasSizeBetween(5, 40);
        assertThat(cluster.servers.subList(1, cluster.servers.size() - 1)).allMatch(server -> server.endedByUs);
    }

    @Test
    void recoversAfterItGaveUp() {
        cluster.serversComeUp = false;
        supervisor.start();
        pass(Duration.ofMinutes(10));
        assertThat(supervisor.state().phase()).isEqualTo(Phase.GAVE_UP);

        cluster.serversComeUp = true;
        pass(Duration.ofMinutes(1));

        assertThat(supervisor.state().phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void replacesAServerWhoseHeartStandsStill() {
        supervisor.start();
        pass(Duration.ofMinutes(1));
        cluster.heartBeats = false;

        pass(Duration.ofMinutes(2));

        assertThat(cluster.servers).hasSizeGreaterThan(1);
        assertThat(cluster.servers.get(0).endedByUs).isTrue();
    }

    @Test
    void doesNotTakeAnOutageForAStandingHeart() {
        supervisor.start();
        pass(Duration.ofMinutes(1));
        cluster.databaseAnswers = false;

        pass(Duration.ofMinutes(5));

        assertThat(cluster.servers).hasSize(1);
        assertThat(supervisor.state().phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void startsNothingAfterTheEnd() {
        supervisor.start();
        supervisor.end();

        pass(Duration.ofMinutes(1));

        assertThat(cluster.servers).hasSize(1);
        assertThat(cluster.last().endedByUs).isTrue();
    }
}
