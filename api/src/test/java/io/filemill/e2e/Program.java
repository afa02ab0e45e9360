package io.filemill.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A packaged jar that runs as a process of its own, with its output in a file. */
public final class Program implements AutoCloseable {
    /** The heap of each program. */
    static final long HEAP_BYTES = 256L << 20;

    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Pattern API = Pattern.compile("API +(http://127\\.0\\.0\\.1:\\d+)/v1");

    private final Process process;
    private final Path output;

    private Program(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Runs the API's jar, which is also the command line. */
    public static Program filemill(Path workDir, Map<String, String> environment, String... arguments) {
        return start("../api/target", "filemill-api-", workDir, environment, arguments);
    }

    /** Runs the worker's jar. */
    public static Program worker(Path workDir, Map<String, String> environment) {
        return start("../worker/target", "filemill-worker-", workDir, environment);
    }

    private static Program start(
            String target, String prefix, Path workDir, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_BYTES,
                "-XX:TieredStopAtLevel=1",
                "-jar",
                jar(target, prefix).toString()));
        command.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile(workDir, "output", ".log");
            var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("FILEMILL_"));
            builder.environment().put("FILEMILL_DASHBOARD_PORT", "0");
            builder.environment().putAll(environment);
            return new Program(builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path jar(String target, String prefix) {
        try (Stream<Path> files = Files.list(Path.of(target))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .filter(file -> file.toString().endsWith("-exec.jar"))
                    .findFirst()
                    .orElseThrow()
                    .toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a server is ready and tells its address. */
    public Client awaitServer() {
        return await().atMost(START_LIMIT)
                .pollInterval(Duration.ofMillis(100))
                .until(
                        () -> {
                            assertThat(process.isAlive()).as(this::output).isTrue();
                            Matcher address = API.matcher(output());
                            return address.find()
                                    ? java.util.Optional.of(new Client(address.group(1)))
                                    : java.util.Optional.<Client>empty();
                        },
                        java.util.Optional::isPresent)
                .orElseThrow();
    }

    /** Waits for its end. */
    int awaitExit(Duration limit) throws InterruptedException {
        assertThat(process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS))
                .as(this::output)
                .isTrue();
        return process.exitValue();
    }

    /** As a power cut would: no signal that it could handle. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Asks it to end. */
    void askToEnd() {
        process.destroy();
    }

    /** Stops it in its tracks: none of its threads runs until {@link #resume}. */
    public void freeze() {
        signal("STOP");
    }

    /** Lets a frozen program go on as if no time had passed. */
    public void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int exitCode = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            assertThat(exitCode).as("kill -" + name).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether it has not ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The id of its process. */
    public long pid() {
        return process.pid();
    }

    /** Asks it to end, and waits. */
    public void terminate() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(this::output).isTrue();
    }

    /** What it has printed until now. */
    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            kill();
        }
    }
}
