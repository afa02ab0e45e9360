package io.filemill.api;

import io.filemill.api.cli.BenchPlan;
import io.filemill.api.cli.BenchReport;
import io.filemill.db.Database;
import io.filemill.db.DatabaseProperties;
import io.filemill.db.bench.BenchRows;
import io.filemill.db.queue.Submission;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import io.filemill.db.task.TaskLimits;
import io.filemill.db.task.UploadTaskRepository;
import io.filemill.worker.RunningWorker;
import io.filemill.worker.WorkerApplication;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.node.JsonNodeFactory;

/** One benchmark on the database of a running server that has no node of its own. */
final class Benchmark {
    private static final String USER = "bench";
    private static final int WARM_UP = 3000;
    private static final int WRITERS = 8;
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration PROBE = Duration.ofSeconds(2);
    /** After that time a server has counted its transactions. */
    private static final Duration COUNTED = Duration.ofMillis(1200);

    private static final Duration LONGEST_DRAIN = Duration.ofHours(2);

    private final BenchPlan plan;
    private final Map<String, Object> worker = new HashMap<>();
    private final Submission submission;
    private final UploadTaskRepository uploadTasks;
    private final BenchRows rows;
    private final CountDownLatch never = new CountDownLatch(1);
    private final Consumer<String> note;

    Benchmark(ConfigurableApplicationContext server, BenchPlan plan, Consumer<String> note) {
        this.plan = plan;
        this.note = note;
        this.submission = server.getBean(Submission.class);
        this.uploadTasks = server.getBean(UploadTaskRepository.class);
        this.rows = server.getBean(BenchRows.class);
        DatabaseProperties database = server.getBean(DatabaseProperties.class);
        worker.put("filemill.db.url", server.getBean(Database.class).url());
        worker.put("filemill.db.data-dir", database.dataDir());
        worker.put("filemill.db.user", database.user());
        worker.put("filemill.db.password", database.password());
        worker.put("filemill.db.migrate", false);
        worker.put("filemill.worker.health-port", "");
        worker.put("filemill.worker.max-workers", plan.slots());
    }

    BenchReport run() throws InterruptedException {
        List<RunningWorker> nodes = new ArrayList<>();
        rows.purge(USER);
        try {
            note.accept("Submitting %,d files".formatted(plan.files()));
            long began = System.nanoTime();
            UUID task = submit(plan.files());
            double submitSeconds = secondsSince(began);
            uploadTasks.cancel(USER, task);
            rows.purge(USER);
            for (int i = 0; i < plan.nodes(); i++) {
                nodes.add(WorkerApplication.start(worker, false));
            }
            note.accept("Warming up");
            awaitEnd(submit(Math.min(WARM_UP, plan.files())));
            note.accept("Draining %,d files".formatted(plan.files()));
            BenchRows.Work before = settledWork();
            task = submit(plan.files());
            awaitEnd(task);
            double drainSeconds = Math.max(rows.drainSeconds(task), 0.001);
            BenchRows.Work work = settledWork().since(before);
            note.accept("Sending %,d single files to idle nodes".formatted(plan.pickups()));
            BenchReport.Pickup pickup = pickup();
            nodes.forEach(RunningWorker::close);
            nodes.clear();
            note.accept("Measuring the database alone");
            double singly = singly(task);
            double grouped = rows.commitGroups(task, PROBE) / (double) PROBE.toSeconds();
            double slots = (double) plan.slots() * Math.max(plan.nodes(), 1);
            return new BenchReport(
                    plan,
                    plan.files() / submitSeconds,
                    plan.files() / drainSeconds,
                    plan.files() * plan.delayMillis() / 1000.0 / slots / drainSeconds,
                    (double) work.commits() / plan.files(),
                    (double) work.walBytes() / plan.files(),
                    pickup,
                    singly,
                    grouped);
        } finally {
            nodes.forEach(RunningWorker::close);
            rows.purge(USER);
        }
    }

    private UUID submit(int files) {
        var settings = JsonNodeFactory.instance.objectNode().put("delay_ms", plan.delayMillis());
        var task = new NewUploadTask(
                UUID.randomUUID(), USER, "noop", settings, NewUploadTask.DEFAULT_PRIORITY, TaskLimits.OF_THE_NODE);
        var items = IntStream.rangeClosed(1, files)
                .mapToObj(i -> NewFileTask.notStored("bench/file " + i, "file " + i))
                .iterator();
        return submission.submit(task, items, null).orElseThrow().id();
    }

    private void awaitEnd(UUID task) throws InterruptedException {
        long began = System.nanoTime();
        while (!uploadTasks.find(USER, task).orElseThrow().status().isFinal()) {
            if (secondsSince(began) > LONGEST_DRAIN.toSeconds()) {
                throw new IllegalStateException("the files do not end; does a node run?");
            }
            pause(LOOK);
        }
    }

    private BenchRows.Work settledWork() throws InterruptedException {
        pause(COUNTED);
        return rows.work();
    }

    private BenchReport.Pickup pickup() throws InterruptedException {
        List<UUID> tasks = new ArrayList<>();
        for (int i = 0; i < plan.pickups(); i++) {
            UUID task = submit(1);
            tasks.add(task);
            awaitEnd(task);
        }
        List<Double> millis = rows.pickups(tasks);
        return new BenchReport.Pickup(
                percentile(millis, 50), percentile(millis, 95), percentile(millis, 99), percentile(millis, 100));
    }

    private double singly(UUID task) throws InterruptedException {
        var touched = new AtomicLong();
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try {
            var running = IntStream.range(0, WRITERS)
                    .mapToObj(i -> writers.submit(() -> touched.addAndGet(rows.commitSingly(task, PROBE))))
                    .toList();
            for (var writer : running) {
                writer.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            writers.shutdown();
        }
        return touched.get() / (double) PROBE.toSeconds();
    }

    /** The smallest value that at least so many of a hundred are not above. */
    static double percentile(List<Double> ascending, int percent) {
        return ascending.get(Math.max(0, (int) Math.ceil(ascending.size() * percent / 100.0) - 1));
    }

    private void pause(Duration time) throws InterruptedException {
        boolean ignored = never.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static double secondsSince(long began) {
        return Duration.ofNanos(System.nanoTime() - began).toMillis() / 1000.0;
    }
}
