package io.filemill.e2e.chaos;

import io.filemill.e2e.PostgresProcess;
import io.filemill.e2e.Program;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/** One API and some workers as processes on one PostgreSQL. Each program is used by one thread at a time. */
final class Cluster implements AutoCloseable {
    static final String API = "api";

    private static final Duration START_LIMIT = Duration.ofSeconds(180);

    private final PostgresProcess postgres;
    private final Path logs;
    private final Path dataDir;
    private final List<String> workers;
    private final Journal journal;
    private final int apiPort = PostgresProcess.freePort();
    private final Map<String, Program> programs = new ConcurrentHashMap<>();
    private final Queue<Program> all = new ConcurrentLinkedQueue<>();

    /** Starts PostgreSQL; the programs are started by {@link #start}. */
    Cluster(Path workDir, Path logs, int nodes, Journal journal) {
        this.postgres = PostgresProcess.start(workDir.resolve("postgres"));
        this.logs = logs;
        this.dataDir = workDir.resolve("data");
        this.workers =
                IntStream.rangeClosed(1, nodes).mapToObj(i -> "worker " + i).toList();
        this.journal = journal;
    }

    PostgresProcess postgres() {
        return postgres;
    }

    /** The database for the test's own eyes; its connections are known by their name. */
    String url() {
        return postgres.url() + "&ApplicationName=chaos&connectTimeout=2&socketTimeout=30";
    }

    String apiAddress() {
        return "http://127.0.0.1:" + apiPort;
    }

    Path dataDir() {
        return dataDir;
    }

    List<String> workers() {
        return workers;
    }

    Program program(String name) {
        return programs.get(name);
    }

    /** Every program that was ever started, dead ones included. */
    List<Program> all() {
        return List.copyOf(all);
    }

    /** Starts a program and waits until it works; one that ends before, because the database is away, is started again as a supervisor would. */
    void start(String name) throws InterruptedException {
        long began = System.nanoTime();
        Program program = launch(name);
        while (!isReady(name, program)) {
            if (System.nanoTime() - began > START_LIMIT.toNanos()) {
                throw new IllegalStateException(name + " does not start: " + program.output());
            }
            Pause.of(Duration.ofMillis(200));
            if (!program.isAlive()) {
                journal.count("starts cut short by another fault", name);
                program = launch(name);
            }
        }
        journal.note("%s works after %d ms".formatted(name, (System.nanoTime() - began) / 1_000_000));
    }

    private Program launch(String name) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "FILEMILL_DB_URL",
                postgres.url(),
                "FILEMILL_DATA_DIR",
                dataDir.toString(),
                "FILEMILL_NODE_NAME",
                name,
                "MAX_WORKERS",
                "3"));
        Program program = name.equals(API)
                ? Program.filemill(logs, environment, "serve", "--no-worker", "--port", Integer.toString(apiPort))
                : Program.worker(logs, environment);
        programs.put(name, program);
        all.add(program);
        return program;
    }

    private boolean isReady(String name, Program program) {
        return name.equals(API)
                ? new Api(apiAddress()).get("/actuator/health/readiness").status() == 200
                : program.output().contains("Node started");
    }

    @Override
    public void close() throws InterruptedException {
        for (Program program : all) {
            if (program.isAlive()) {
                program.resume();
                program.close();
            }
        }
        postgres.close();
    }
}
