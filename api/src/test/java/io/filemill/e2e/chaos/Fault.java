package io.filemill.e2e.chaos;

import java.util.SplittableRandom;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Something that goes wrong, for real. Each ends with its victim working again. */
enum Fault {
    WORKER_KILLED("worker killed") {
        @Override
        void inflict(Cluster cluster, String victim, SplittableRandom random) throws InterruptedException {
            cluster.program(victim).kill();
            Pause.of(Pause.between(random, 0, 5_000));
            cluster.start(victim);
        }
    },
    WORKER_FROZEN("worker frozen beyond its lease") {
        @Override
        void inflict(Cluster cluster, String victim, SplittableRandom random) throws InterruptedException {
            cluster.program(victim).freeze();
            Pause.of(Pause.between(random, 16_000, 22_000)); // the lease is 15 s
            cluster.program(victim).resume();
        }
    },
    WORKER_RESTARTED("worker restarted") {
        @Override
        void inflict(Cluster cluster, String victim, SplittableRandom random) throws InterruptedException {
            cluster.program(victim).terminate();
            cluster.start(victim);
        }
    },
    API_KILLED("API killed") {
        @Override
        void inflict(Cluster cluster, String victim, SplittableRandom random) throws InterruptedException {
            cluster.program(victim).kill();
            Pause.of(Pause.between(random, 0, 3_000));
            cluster.start(victim);
        }
    },
    API_RESTARTED("API restarted") {
        @Override
        void inflict(Cluster cluster, String victim, SplittableRandom random) throws InterruptedException {
            cluster.program(victim).terminate();
            cluster.start(victim);
        }
    },
    POSTGRES_KILLED("PostgreSQL killed") {
        @Override
        void inflict(Cluster cluster, String victim, SplittableRandom random) throws InterruptedException {
            cluster.postgres().kill();
            Pause.of(Pause.between(random, 0, 8_000));
            cluster.postgres().restart();
        }
    },
    POSTGRES_RESTARTED("PostgreSQL restarted") {
        @Override
        void inflict(Cluster cluster, String victim, SplittableRandom random) throws InterruptedException {
            cluster.postgres().stop();
            Pause.of(Pause.between(random, 0, 2_000));
            cluster.postgres().restart();
        }
    },
    CONNECTIONS_CUT("connections cut") {
        @Override
        void inflict(Cluster cluster, String victim, SplittableRandom random) {
            JdbcClient.create(new DriverManagerDataSource(cluster.url()))
                    .sql("""
                            select pg_terminate_backend(pid)
                            from pg_stat_activity
                            where backend_type = 'client backend' and application_name <> 'chaos'
                            order by random()
                            limit :some
                            """)
                    .param("some", random.nextInt(1, 12))
                    .query()
                    .listOfRows();
        }
    };

    private final String label;

    Fault(String label) {
        this.label = label;
    }

    /** Does it to a victim, and mends it again. */
    abstract void inflict(Cluster cluster, String victim, SplittableRandom random) throws InterruptedException;

    String label() {
        return label;
    }
}
