package io.filemill.db;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL server that lives in the data directory, runs as long as this process, and keeps its data between runs. One process
 * at a time can use a data directory.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    /** Of PostgreSQL's own file, counted from 0. */
    private static final int PORT_LINE = 3;

    private final EmbeddedPostgres server;
    private final FileChannel lock;

    private EmbeddedDatabase(EmbeddedPostgres server, FileChannel lock) {
        this.server = server;
        this.lock = lock;
    }

    /**
     * Starts the server, and creates its files the first time. A server that an earlier process left behind is stopped first.
     *
     * @throws DataDirectoryInUseException if another process uses the data directory
     * @throws UncheckedIOException if the server cannot start; the message says why
     */
    public static EmbeddedDatabase start(Path dataDir) {
        try {
            Files.createDirectories(dataDir);
            FileChannel lock = lock(dataDir);
            try {
                Path files = dataDir.toAbsolutePath().resolve("postgres");
                stopLeftover(files.resolve("postmaster.pid"));
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setDataDirectory(files)
                        .setCleanDataDirectory(false)
                        .setRegisterShutdownHook(false) // files that still run need it until they are done
                        .setOverrideWorkingDirectory(dataDir.toAbsolutePath()
                                .resolve("postgres-binaries")
                                .toFile())
                        .setServerConfig("fsync", "on") // the library is made for tests and trades safety for speed
                        .setServerConfig("synchronous_commit", "on")
                        .setServerConfig("max_connections", "500")
                        .setServerConfig("autovacuum_naptime", "15s") // the queue's tables turn over in seconds
                        .setServerConfig("unix_socket_directories", "")
                        .start();
                return new EmbeddedDatabase(server, lock);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The embedded PostgreSQL could not start in " + dataDir + ": " + e.getMessage(), e);
        }
    }

    /** The address of the database, for the superuser {@code postgres}; only this machine can reach it. */
    public String jdbcUrl() {
        return server.getJdbcUrl("postgres", "postgres");
    }

    @Override
    public void close() {
        try {
            server.close();
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileChannel lock(Path dataDir) throws IOException {
        Path file = dataDir.resolve("filemill.lock");
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            String owner = Files.readString(file, StandardCharsets.UTF_8).strip();
            channel.close();
            throw new DataDirectoryInUseException(dataDir, owner);
        }
        channel.truncate(0);
        channel.write(StandardCharsets.UTF_8.encode(
                Long.toString(ProcessHandle.current().pid())));
        return channel;
    }

    /** The address of the server that another process runs in a data directory, if it runs. */
    public static Optional<String> runningIn(Path dataDir) {
        Path file = dataDir.resolve("postgres/postmaster.pid");
        try {
            int port = Integer.parseInt(Files.readAllLines(file, StandardCharsets.UTF_8)
                    .get(PORT_LINE)
                    .strip());
            return Optional.of("jdbc:postgresql://localhost:" + port + "/postgres?user=postgres");
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            return Optional.empty(); // it is starting or stopping
        }
    }

    /** A killed process cannot stop its server. The lock tells that no living process owns it. */
    private static void stopLeftover(Path pidFile) throws IOException {
        if (!Files.exists(pidFile)) {
            return;
        }
        String pid = Files.readAllLines(pidFile, StandardCharsets.UTF_8).get(0).strip();
        Optional<ProcessHandle> leftover = ProcessHandle.of(Long.parseLong(pid))
                .filter(process -> process.info().command().orElse("").endsWith("postgres"));
        if (leftover.isPresent()) {
            LOG.atInfo().addKeyValue("pid", pid).log("Stopping the database server of a process that was killed");
            leftover.get().destroy();
            try {
                leftover.get().onExit().get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new IOException("the database server with the process id " + pid + " does not stop", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while the old database server stops", e);
            }
        }
    }
}
