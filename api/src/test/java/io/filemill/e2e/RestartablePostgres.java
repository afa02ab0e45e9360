package io.filemill.e2e;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** A PostgreSQL server of its own that can be stopped, killed and started again with its data and its port. */
final class RestartablePostgres implements AutoCloseable {
    private final Path data;
    private final int port;
    private EmbeddedPostgres server;

    RestartablePostgres(Path data) {
        this.data = data;
        try (var socket = new ServerSocket(0)) {
            this.port = socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.server = run();
    }

    private EmbeddedPostgres run() {
        try {
            return EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setRegisterShutdownHook(false)
                    .setPort(port)
                    .setServerConfig("max_connections", "100")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return "jdbc:postgresql://localhost:" + port + "/postgres?user=postgres&password=postgres";
    }

    /** Starts it again; returns when it takes connections. */
    void start() {
        server = run();
    }

    /** Rolls back what runs, and ends in good order. */
    void stop() throws IOException {
        server.close();
    }

    /** As a power cut would. */
    void kill() throws IOException {
        long pid = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
        ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
        var family = postmaster.descendants().toList();
        postmaster.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
        postmaster.onExit().join();
        server.close(); // finds nothing to stop, and lets go of the folder
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
