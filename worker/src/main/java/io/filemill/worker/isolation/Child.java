package io.filemill.worker.isolation;

import io.filemill.worker.isolation.ChildOutcome.Crashed;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One child process with its pipes and its directory for temporary files. Used by one call at a time; may be killed by any thread. */
final class Child {
    private static final Set<String> ENVIRONMENT = Set.of("PATH", "LANG", "LC_ALL", "LC_CTYPE");
    private static final int METASPACE_MEGABYTES = 128;
    private static final int DIRECT_MEGABYTES = 64;
    private static final long START_NANOS = 30_000_000_000L;
    private static final int LAST_BREATH_SECONDS = 2;
    private static final int EXIT_SECONDS = 10;
    /**
     * The optimizing compiler waits until a method has run twenty times as often as by default, since it costs a child more than most methods ever give
     * back. The thread that ends a child whose node is gone is heard in the midst of any loop.
     */
    private static final List<String> COMPILATION = List.of(
            "-XX:Tier4InvocationThreshold=100000",
            "-XX:Tier4MinInvocationThreshold=12000",
            "-XX:Tier4CompileThreshold=300000",
            "-XX:Tier4BackEdgeThreshold=800000",
            "-XX:+UseCountedLoopSafepoints",
            "-XX:LoopStripMiningIter=1000");

    private final ChildOptions options;
    private final int maximumMegabytes;
    private final Process process;
    private final ChildMemory memory;
    private final Path temporary;
    private final InputStream answers;
    private final DataOutputStream requests;
    private final TailBuffer errors = new TailBuffer();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile long lastSign;

    private Child(ChildOptions options, int heapMegabytes, Process process, Path temporary) {
        this.options = options;
        maximumMegabytes = heapMegabytes + options.nonHeapMegabytes();
        this.process = process;
        memory = new ChildMemory(process.pid());
        this.temporary = temporary;
        answers = new BufferedInputStream(process.getInputStream());
        requests = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
    }

    /** Starts a child. It need not be ready yet: its first call waits. */
    static Child start(ChildOptions options, int heapMegabytes, Executor threads) throws IOException {
        var temporary = Files.createTempDirectory("filemill-child-");
        try {
            var builder = new ProcessBuilder(command(options, heapMegabytes, temporary)).directory(temporary.toFile());
            builder.environment().keySet().retainAll(ENVIRONMENT);
            builder.environment().put("TMPDIR", temporary.toString());
            var process = builder.start();
            var child = new Child(options, heapMegabytes, process, temporary);
            threads.execute(() -> child.errors.drain(process.getErrorStream()));
            return child;
        } catch (IOException | RuntimeException e) {
            removeDirectory(temporary);
            throw e;
        }
    }

    private static List<String> command(ChildOptions options, int heapMegabytes, Path temporary) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:MaxMetaspaceSize=" + METASPACE_MEGABYTES + "m",
                "-XX:MaxDirectMemorySize=" + DIRECT_MEGABYTES + "m",
                "-XX:+UseSerialGC",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:+DisplayVMOutputToStderr",
                "-Xlog:disable",
                "-Xlog:all=warning:stderr",
                "-Xshare:auto",
                "-Djava.awt.headless=true",
                "-Dfile.encoding=UTF-8",
                "-Djava.io.tmpdir=" + temporary));
        command.addAll(COMPILATION);
        command.addAll(List.of("-cp", options.classPath(), options.mainClass(), temporary.toString()));
        return command;
    }

    /** Counts a call and starts the time that {@link #silence()} tells; a new child has some time to start before. */
    void begin() {
        var isNew = calls.getAndIncrement() == 0;
        lastSign = System.nanoTime() + (isNew ? START_NANOS : 0);
    }

    /** Sends a request and waits for the answer, for as long as it takes. */
    <T> T exchange(byte[] request, AnswerReader<T> reader) throws IOException {
        requests.writeInt(request.length);
        requests.write(request);
        requests.writeInt(0);
        requests.flush();
        var answer = new AnswerStream(answers, options.maximumAnswerBytes(), () -> lastSign = System.nanoTime());
        var value = reader.read(answer);
        answer.drain();
        return value;
    }

    int calls() {
        return calls.get();
    }

    /** For how many nanoseconds the child has not said anything. */
    long silence() {
        return System.nanoTime() - lastSign;
    }

    /** Whether it takes more memory than it may. */
    boolean isTooLarge() {
        return memory.megabytes() > maximumMegabytes;
    }

    boolean isUsable() {
        return process.isAlive() && calls.get() < options.callsPerChild() && !isTooLarge();
    }

    /** Waits a moment for the exit of a child that broke off an exchange, and kills it if it does not. */
    <T> Crashed<T> crash(Throwable cause) {
        var exited = hasExited(LAST_BREATH_SECONDS);
        var exitCode = exited ? process.exitValue() : Crashed.NO_EXIT_CODE;
        kill();
        return new Crashed<>(exitCode, cause + ", exit code " + exitCode + ", standard error: " + errors);
    }

    /** What the call of a child that is too large ends in. */
    <T> Crashed<T> tooLarge() {
        return new Crashed<>(Crashed.TOO_LARGE, "more than " + maximumMegabytes + " MB, standard error: " + errors);
    }

    /** Ends the process and its descendants and removes its directory. May be called twice. */
    void kill() {
        var family = new ArrayList<>(process.descendants().toList());
        process.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
        hasExited(EXIT_SECONDS);
        removeDirectory(temporary);
    }

    /** Waits also when the thread is interrupted: whoever kills a child wants it gone. */
    private boolean hasExited(int seconds) {
        process.onExit().completeOnTimeout(process, seconds, TimeUnit.SECONDS).join();
        return !process.isAlive();
    }

    private static void removeDirectory(Path directory) {
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            return; // already gone, or the child is just removing it
        }
    }
}
