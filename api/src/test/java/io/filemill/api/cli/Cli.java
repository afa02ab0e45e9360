package io.filemill.api.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The command line as a test types it: nothing outside of the test is read, written or waited for. */
final class Cli implements Launcher {
    private final Map<String, String> environment = new HashMap<>();
    private final List<LocalServer.Options> started = new ArrayList<>();
    private @Nullable FakeServer embedded;
    private @Nullable Runnable onInterrupt;
    private Runnable onPause = () -> {};
    private Runnable onListening = () -> {};
    private long nanos;
    private boolean closed;
    private boolean terminal;
    private String typed = "";
    final FakeKeyring keyring = new FakeKeyring();
    private int workers;

    /** A server runs at the configured address. */
    Cli talkingTo(FakeServer server) {
        return env("FILEMILL_PORT", String.valueOf(server.port()));
    }

    /** No server runs; the fake one is what a start in this process gives. */
    Cli embedding(FakeServer server) {
        embedded = server;
        return env("FILEMILL_PORT", String.valueOf(unusedPort()));
    }

    Cli env(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** A person answers so when asked. */
    Cli typing(String text) {
        typed = text;
        return this;
    }

    /** Input comes from a terminal and output goes there. */
    Cli onTerminal() {
        terminal = true;
        return this;
    }

    /** Runs whenever a command waits. */
    Cli onPause(Runnable action) {
        onPause = action;
        return this;
    }

    /** Runs when a command begins to listen for Ctrl-C. */
    Cli onListening(Runnable action) {
        onListening = action;
        return this;
    }

    /** Types Ctrl-C. */
    void interrupt() {
        if (onInterrupt != null) {
            onInterrupt.run();
        }
    }

    List<LocalServer.Options> started() {
        return started;
    }

    boolean serverIsClosed() {
        return closed;
    }

    int workers() {
        return workers;
    }

    Result run(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int exitCode = FilemillCommand.run(
                arguments,
                "1.2.3",
                details -> new Session(
                        new Terminal(
                                new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                                terminal,
                                print(out),
                                print(err),
                                terminal,
                                terminal,
                                terminal,
                                100),
                        environment,
                        "./filemill",
                        this,
                        this::listen,
                        new FakeTicks(),
                        () -> Duration.ofMillis(4200),
                        details));
        return new Result(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Override
    public LocalServer startServer(LocalServer.Options options) {
        started.add(options);
        if (embedded == null) {
            throw new CommandFailure("The data directory is in use by another Filemill process.");
        }
        return new EmbeddedServer(embedded.address());
    }

    @Override
    public void startWorker() {
        workers++;
    }

    @Override
    public BenchReport bench(BenchPlan plan, Consumer<String> note) {
        note.accept("Draining");
        return new BenchReport(plan, 4000, 2000, 0.94, 0.1, 3000, new BenchReport.Pickup(5, 8, 9, 10), 900, 40_000);
    }

    @Override
    public Keyring keys() {
        return keyring;
    }

    @Override
    public String migrate() {
        return "The schema is up to date.";
    }

    static int unusedPort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Interrupts.Registration listen(Runnable action) {
        onInterrupt = action;
        onListening.run();
        return () -> onInterrupt = null;
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    /** How a command ended. */
    record Result(int exitCode, String out, String err) {}

    private final class FakeTicks implements Ticks {
        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public void pause(Duration duration) {
            nanos += duration.toNanos();
            onPause.run();
        }
    }

    private final class EmbeddedServer implements LocalServer {
        private final URI address;

        EmbeddedServer(URI address) {
            this.address = address;
        }

        @Override
        public URI address() {
            return address;
        }

        @Override
        public URI dashboard() {
            return URI.create("http://127.0.0.1:8000");
        }

        @Override
        public String storage() {
            return "/data";
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
