package io.filemill.e2e.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
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

    /** So many faults come to each victim, also if the machine is so slow that the time is over. */
    private static final int LEAST = 2;

    private static final List<Fault> OF_WORKERS =
            List.of(Fault.WORKER_FROZEN, Fault.WORKER_KILLED, Fault.WORKER_RESTARTED);
    private static final List<Fault> OF_API = List.of(Fault.API_KILLED, Fault.API_RESTARTED);
    private static final List<Fault> OF_POSTGRES = List.of(Fault.POSTGRES_KILLED, Fault.POSTGRES_RESTARTED);

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
        SplittableRandom random = plan.randomOf("first faults");
        int turn = random.nextInt(OF_WORKERS.size());
        for (String worker : cluster.workers()) {
            torments.add(torment(worker, 1_500, 6_000, turned(OF_WORKERS, turn++)));
        }
        torments.add(torment(Cluster.API, 4_000, 12_000, turned(OF_API, random.nextInt())));
        torments.add(torment(POSTGRES, 8_000, 20_000, turned(OF_POSTGRES, random.nextInt())));
        torments.add(torment(CONNECTIONS, 2_000, 8_000, List.of(Fault.CONNECTIONS_CUT)));
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

    /** Each worker begins with another kind, so that already two faults of two workers are of all kinds. */
    private static List<Fault> turned(List<Fault> faults, int by) {
        List<Fault> turned = new ArrayList<>(faults);
        Collections.rotate(turned, -by);
        return turned;
    }

    private Callable<Void> torment(String victim, int shortestPause, int longestPause, List<Fault> faults) {
        SplittableRandom random = plan.randomOf(victim);
        Deck<Fault> deck = new Deck<>(faults, random);
        return () -> {
            Pause.of(plan.pause(random, shortestPause, longestPause));
            for (int injected = 0; injected < LEAST || enough.getCount() > 0; injected++) {
                checkAlive(victim);
                inflict(deck.next(), victim, random);
                Duration pause = plan.pause(random, shortestPause, longestPause);
                if (injected + 1 < LEAST) {
                    Pause.of(pause);
                } else {
                    boolean ignored = enough.await(pause.toMillis(), TimeUnit.MILLISECONDS);
                }
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
