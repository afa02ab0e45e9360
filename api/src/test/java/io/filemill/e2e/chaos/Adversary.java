package io.filemill.e2e.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.springframework.dao.DataAccessException;

/** Torments every part of a cluster at the same time, each part on a thread of its own, so that faults overlap as they like. */
final class Adversary {
    private static final String CONNECTIONS = "connections";
    private static final String POSTGRES = "PostgreSQL";

    private final Plan plan;
    private final Cluster cluster;
    private final Journal journal;
    private final CountDownLatch enough = new CountDownLatch(1);

    Adversary(Plan plan, Cluster cluster, Journal journal) {
        this.plan = plan;
        this.cluster = cluster;
        this.journal = journal;
    }

    /** Injects faults for the time of the plan, and returns when everything that it broke works again. */
    void run() throws InterruptedException, ExecutionException {
        List<Callable<Void>> torments = new ArrayList<>();
        for (String worker : cluster.workers()) {
            torments.add(torment(
                    worker, 1_500, 8_000, List.of(Fault.WORKER_KILLED, Fault.WORKER_FROZEN, Fault.WORKER_RESTARTED)));
        }
        torments.add(torment(Cluster.API, 6_000, 20_000, List.of(Fault.API_KILLED, Fault.API_RESTARTED)));
        torments.add(torment(POSTGRES, 10_000, 25_000, List.of(Fault.POSTGRES_KILLED, Fault.POSTGRES_RESTARTED)));
        torments.add(torment(CONNECTIONS, 2_000, 10_000, List.of(Fault.CONNECTIONS_CUT)));
        ExecutorService threads = Executors.newFixedThreadPool(torments.size());
        try {
            List<Future<Void>> running = torments.stream().map(threads::submit).toList();
            Pause.of(plan.duration());
            enough.countDown();
            for (Future<Void> torment : running) {
                torment.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private Callable<Void> torment(String victim, int shortestPause, int longestPause, List<Fault> faults) {
        SplittableRandom random = plan.randomOf(victim);
        Deck<Fault> deck = new Deck<>(faults, random);
        return () -> {
            while (!enough.await(
                    Pause.between(random, shortestPause, longestPause).toMillis(), TimeUnit.MILLISECONDS)) {
                checkAlive(victim);
                inflict(deck.next(), victim, random);
            }
            return null;
        };
    }

    private void checkAlive(String victim) throws InterruptedException {
        boolean isProgram = victim.equals(Cluster.API) || cluster.workers().contains(victim);
        if (isProgram && !cluster.program(victim).isAlive()) {
            journal.violation(victim + " ended by itself");
            cluster.start(victim);
        }
    }

    private void inflict(Fault fault, String victim, SplittableRandom random) throws InterruptedException {
        try {
            journal.note(fault.label() + "  " + victim);
            fault.inflict(cluster, victim, random);
            journal.count(fault.label(), victim + " mended");
        } catch (DataAccessException e) {
            journal.note(fault.label() + " not possible: the database is away");
        }
    }
}
