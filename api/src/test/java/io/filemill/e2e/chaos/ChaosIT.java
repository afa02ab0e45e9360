package io.filemill.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The promise under every fault at once. What it does and how to run it again: docs/chaos.md. */
class ChaosIT {
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(240);

    @TempDir
    Path workDir;

    private final Plan plan = Plan.ofSystemProperties();

    @Test
    void losesNothingAndCountsEachFileOnceWhateverDies() throws Exception {
        Path logs = Files.createDirectories(Path.of("target", "chaos", Long.toString(plan.seed())));
        System.out.println("Chaos: " + plan.replay() + ", journal in " + logs.toAbsolutePath());
        try (var journal = new Journal(logs.resolve("journal.txt"));
                var cluster = new Cluster(workDir, logs, plan.nodes(), journal)) {
            run(cluster, journal);
        }
    }

    private void run(Cluster cluster, Journal journal) throws IOException, InterruptedException, ExecutionException {
        cluster.start(Cluster.API);
        var judge = new Judge(cluster.url());
        judge.takeSeat();
        for (String worker : cluster.workers()) {
            cluster.start(worker);
        }
        var end = new EndState(cluster.url());
        try (var watcher = new Watcher(cluster.url(), journal);
                var load = new Load(plan, new Api(cluster.apiAddress()), journal)) {
            Duration before = journal.elapsed();
            watcher.start();
            load.start();
            new Adversary(plan, cluster, journal).run();
            load.stop();
            Duration chaos = journal.elapsed().minus(before);
            journal.note("the faults are over");
            settle(cluster, end, journal);
            Duration settling = journal.elapsed().minus(before).minus(chaos);
            check(cluster, end, load, journal);
            judge.verdicts().forEach(journal::violation);
            checkRetries(judge, load, journal);
            System.out.println(table(end, load, watcher, journal, chaos, settling));
            assertThat(journal.violations()).as(plan.replay()).isEmpty();
        }
    }

    private static void settle(Cluster cluster, EndState end, Journal journal) {
        try {
            await().atMost(SETTLE_LIMIT)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> end.unfinishedFiles() == 0
                            && EndState.deadPrograms(cluster).isEmpty());
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> end.leftoverJobs().isEmpty()
                            && EndState.orphans(cluster).isEmpty());
        } catch (ConditionTimeoutException e) {
            journal.violation("stuck: " + end.unfinishedFiles() + " files are not final " + SETTLE_LIMIT.toSeconds()
                    + " s after the last fault, or something was left behind");
        }
        journal.note("settled");
    }

    private static void check(Cluster cluster, EndState end, Load load, Journal journal) {
        List.of(
                        end.wrongUploads(load.accepted()),
                        end.wrongRows(),
                        end.wrongDocuments(),
                        end.leftoverJobs(),
                        EndState.orphans(cluster),
                        EndState.loggedErrors(cluster),
                        EndState.deadPrograms(cluster))
                .forEach(wrongs -> wrongs.forEach(journal::violation));
        Api.Answer ready = new Api(cluster.apiAddress()).get("/actuator/health/readiness");
        if (!ready.isSuccess()) {
            journal.violation("the API is not ready in the end: " + ready);
        }
    }

    /** Files went back from failed to pending because a user asked for it, and for no other reason. */
    private static void checkRetries(Judge judge, Load load, Journal journal) {
        Map<UUID, Integer> reopened = judge.reopenedFiles();
        Set<UUID> unasked = new HashSet<>(reopened.keySet());
        unasked.removeAll(load.retriedTasks());
        unasked.forEach(task -> journal.violation("failed files of " + task + " were tried again unasked"));
        int files = reopened.values().stream().mapToInt(Integer::intValue).sum();
        if (files < load.retriedFiles()) {
            journal.violation(load.retriedFiles() + " files should have been tried again, but " + files + " were");
        }
    }

    private String table(EndState end, Load load, Watcher watcher, Journal journal, Duration chaos, Duration settling) {
        Map<String, Object> rows = new LinkedHashMap<>();
        rows.put("seed", plan.seed());
        rows.put("seconds of faults", chaos.toSeconds());
        rows.put("seconds until all was done after", settling.toSeconds());
        rows.put("nodes", plan.nodes());
        rows.putAll(journal.counts());
        end.filesByOutcome().forEach((outcome, files) -> rows.put("files " + outcome, files));
        rows.put(
                "files in all",
                load.accepted().stream()
                        .mapToInt(one -> one.submission().items().size())
                        .sum());
        rows.put("files tried again for a user", load.retriedFiles());
        rows.put("rows of JobRunr", end.jobs());
        rows.put("samples", watcher.samples());
        rows.put("rows of files compared", watcher.filesSeen());
        rows.put("samples without a database", watcher.missed());
        rows.put("VIOLATIONS", journal.violations().size());
        StringBuilder table = new StringBuilder("Chaos, in figures\n");
        rows.forEach((name, value) -> table.append("  %-40s %10s%n".formatted(name, value)));
        return table.toString();
    }
}
