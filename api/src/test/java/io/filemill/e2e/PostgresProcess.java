package io.filemill.e2e;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of a test's own, which can be killed, stopped and started again. It keeps its data and its port. What it has
 * committed survives a kill, as in production. Used by one thread at a time.
 */
public final class PostgresProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private static final Logger LIBRARY_LOG = (Logger) LoggerFactory.getLogger(EmbeddedPostgres.class);

    private final Path directory;
    private final int port;
    private EmbeddedPostgres server;

    private PostgresProcess(Path directory, int port) {
        this.directory = directory;
        this.port = port;
        this.server = run();
    }

    /** Creates a server with its files in an empty directory, and starts it. */
    public static PostgresProcess start(Path directory) {
        return new PostgresProcess(directory, freePort());
    }

    /** A TCP port that nobody listens on right now. */
    public static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The JDBC address of the database, user included; the same for its whole life. */
    public String url() {
        return "jdbc:postgresql://localhost:" + port + "/postgres?user=postgres";
    }

    /** Stops it as an administrator would who is in a hurry: clients are disconnected, everything is written down. */
    public void stop() {
        List<ProcessHandle> processes = processes();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        awaitExit(processes);
    }

    /** Kills all its processes at once, as a power cut would. */
    public void kill() {
        List<ProcessHandle> processes = processes();
        processes.forEach(ProcessHandle::destroyForcibly);
        awaitExit(processes);
        LIBRARY_LOG.setLevel(Level.OFF); // it finds nothing to stop, and says so at length
        try {
            server.close(); // frees the directory
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            LIBRARY_LOG.setLevel(null);
        }
    }

    /** Starts it again after {@link #stop} or {@link #kill}, and waits until it answers. */
    public void restart() {
        server = run();
    }

    @Override
    public void close() {
        if (!processes().isEmpty()) {
            stop();
        }
    }

    private EmbeddedPostgres run() {
        try {
            return EmbeddedPostgres.builder()
                    .setDataDirectory(directory.toAbsolutePath())
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .setPGStartupWait(START_LIMIT)
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("max_connections", "300")
                    .setServerConfig("unix_socket_directories", "")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The server's first process, then its children, so that it cannot replace one that was killed. */
    private List<ProcessHandle> processes() {
        Path pidFile = directory.resolve("postmaster.pid");
        List<ProcessHandle> processes = new ArrayList<>();
        try (Stream<String> lines = Files.exists(pidFile) ? Files.lines(pidFile) : Stream.of()) {
            lines.limit(1)
                    .map(pid -> Long.parseLong(pid.strip()))
                    .flatMap(pid -> ProcessHandle.of(pid).stream())
                    .filter(process -> process.info().command().orElse("").endsWith("postgres"))
                    .forEach(postmaster -> {
                        processes.add(postmaster);
                        processes.addAll(postmaster.descendants().toList());
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return processes;
    }

    private static void awaitExit(List<ProcessHandle> processes) {
        for (ProcessHandle process : processes) {
            process.onExit().orTimeout(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS).join();
        }
    }
}
