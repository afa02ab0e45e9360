package io.filemill.worker.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.filemill.worker.isolation.ChildOutcome.Answered;
import io.filemill.worker.isolation.ChildOutcome.Crashed;
import io.filemill.worker.isolation.ChildOutcome.Stalled;
import io.filemill.worker.isolation.ChildOutcome.TimedOut;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ChildPoolIT {
    private static final Duration MINUTE = Duration.ofSeconds(60);
    private static final CallLimits LONG = new CallLimits(MINUTE, MINUTE);
    private static final ChildOptions OPTIONS = new ChildOptions(
            Path.of("target", "test-classes").toAbsolutePath().toString(),
            UnrulyChild.class.getName(),
            64,
            192,
            5_000,
            1024 * 1024,
            Duration.ofMinutes(1));

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private ChildPool pool = new ChildPool(OPTIONS, 1, meters);

    @AfterEach
    void killAll() {
        pool.close();
    }

    private ChildOutcome<String> ask(String request) throws IOException, InterruptedException {
        return ask(request, LONG);
    }

    private ChildOutcome<String> ask(String request, CallLimits limits) throws IOException, InterruptedException {
        return pool.call(request.getBytes(StandardCharsets.UTF_8), ChildPoolIT::read, limits);
    }

    private static String read(InputStream answer) throws IOException {
        return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
    }

    private String answerOf(String request) throws IOException, InterruptedException {
        var outcome = ask(request);
        assertThat(outcome).isInstanceOf(Answered.class);
        return ((Answered<String>) outcome).value();
    }

    private long pid() throws IOException, InterruptedException {
        return Long.parseLong(answerOf("pid"));
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    /** The only slot is free and its next child is sound. */
    private void assertThatThePoolWorks() throws IOException, InterruptedException {
        assertThat(answerOf("echo still here")).isEqualTo("still here");
    }

    private static void assertThatItCrashed(ChildOutcome<String> outcome, int exitCode) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Crashed.class, crash -> assertThat(crash.exitCode()).isEqualTo(exitCode));
    }

    @Test
    void oneChildAnswersManyCalls() throws Exception {
        var first = pid();

        assertThat(answerOf("echo " + "long ".repeat(100_000))).hasSize(500_000);
        assertThat(pid()).isEqualTo(first);
    }

    @Test
    void childIsReplacedAfterItsCalls() throws Exception {
        pool = new ChildPool(
                new ChildOptions(OPTIONS.classPath(), OPTIONS.mainClass(), 64, 192, 2, 1024, Duration.ofMinutes(1)), 1);
        var first = pid();

        assertThat(pid()).isEqualTo(first);
        assertThat(pid()).isNotEqualTo(first);
        assertThat(isAlive(first)).isFalse();
    }

    @Test
    void idleChildIsEnded() throws Exception {
        pool = new ChildPool(
                new ChildOptions(OPTIONS.classPath(), OPTIONS.mainClass(), 64, 192, 500, 1024, Duration.ofMillis(100)),
                1);
        var first = pid();

        await().untilAsserted(() -> assertThat(isAlive(first)).isFalse());
        assertThatThePoolWorks();
    }

    @Test
    void idleChildThatDiedIsReplaced() throws Exception {
        var first = pid();
        ProcessHandle.of(first).ifPresent(ProcessHandle::destroyForcibly);
        await().untilAsserted(() -> assertThat(isAlive(first)).isFalse());

        assertThatThePoolWorks();
    }

    private double ended(String reason) {
        return meters.get("filemill.child.processes.ended")
                .tag("reason", reason)
                .counter()
                .count();
    }

    @Test
    void endlessLoopIsKilledAtTheTimeLimit() throws Exception {
        var first = pid();

        assertThat(ask("hang", new CallLimits(Duration.ofMillis(300), MINUTE))).isInstanceOf(TimedOut.class);
        assertThat(isAlive(first)).isFalse();
        assertThat(ended("timed_out")).isEqualTo(1);
        assertThatThePoolWorks();
        assertThat(meters.get("filemill.child.processes.started").counter().count())
                .isEqualTo(2);
        assertThat(meters.get("filemill.child.processes").gauge().value()).isEqualTo(1);
        pool.close();
        assertThat(ended("closed")).isEqualTo(1);
        assertThat(meters.get("filemill.child.processes").gauge().value()).isZero();
    }

    @Test
    void silentChildIsKilledAtTheStallLimit() throws Exception {
        var first = pid();
        var limit = Duration.ofMillis(300);

        assertThat(ask("hang", new CallLimits(MINUTE, limit))).isEqualTo(new Stalled<>(limit));
        assertThat(isAlive(first)).isFalse();
        assertThatThePoolWorks();
    }

    @Test
    void childThatShowsSignsOfLifeMayTakeLongerThanTheStallLimit() throws Exception {
        pid();

        assertThat(ask("work 4", new CallLimits(MINUTE, Duration.ofSeconds(2)))).isEqualTo(new Answered<>("4 s"));
    }

    @Test
    void signsOfLifeDoNotExtendTheTimeLimit() throws Exception {
        pid();

        assertThat(ask("work 600", new CallLimits(Duration.ofSeconds(1), MINUTE)))
                .isInstanceOf(TimedOut.class);
        assertThatThePoolWorks();
    }

    @Test
    void childThatTakesTooMuchMemoryBesideItsHeapIsKilled() throws Exception {
        var first = pid();

        var outcome = ask("take 400");

        assertThatItCrashed(outcome, Crashed.TOO_LARGE);
        assertThat(((Crashed<String>) outcome).isOutOfMemory()).isTrue();
        assertThat(isAlive(first)).isFalse();
        assertThatThePoolWorks();
    }

    @Test
    void childThatKeepsTooMuchMemoryIsNotUsedAgain() throws Exception {
        var child = Child.start(OPTIONS, OPTIONS.heapMegabytes(), task -> new Thread(task).start());
        try {
            child.exchange("echo x".getBytes(StandardCharsets.UTF_8), ChildPoolIT::read);
            assertThat(child.isUsable()).isTrue();

            child.exchange("keep 400".getBytes(StandardCharsets.UTF_8), ChildPoolIT::read);
            assertThat(child.isUsable()).isFalse();
        } finally {
            child.kill();
        }
    }

    @Test
    void childOfTheChildIsKilledToo(@TempDir Path directory) throws Exception {
        var pidFile = directory.resolve("pid");
        var call = new FutureTask<>(() -> ask("spawn-and-hang " + pidFile));
        var caller = new Thread(call);
        caller.start();
        await().until(() -> Files.exists(pidFile) && !Files.readString(pidFile).isEmpty());
        var grandchild = Long.parseLong(Files.readString(pidFile));
        assertThat(isAlive(grandchild)).isTrue();

        caller.interrupt();

        caller.join();
        await().untilAsserted(() -> assertThat(isAlive(grandchild)).isFalse());
        assertThatThePoolWorks();
    }

    @Test
    void interruptKillsTheChildAndIsPassedOn() throws Exception {
        var first = pid();
        var call = new FutureTask<>(() -> ask("hang"));
        var caller = new Thread(call);
        caller.start();
        await().until(() -> pool.slotsInUse() == 1);

        caller.interrupt();

        assertThatThrownBy(call::get).hasCauseInstanceOf(InterruptedException.class);
        await().untilAsserted(() -> assertThat(pool.slotsInUse()).isZero());
        assertThat(isAlive(first)).isFalse();
        assertThatThePoolWorks();
    }

    @Test
    void fullHeapIsACrashThatTellsSo() throws Exception {
        assertThat(ask("exhaust"))
                .isInstanceOfSatisfying(
                        Crashed.class,
                        crash -> assertThat(crash.isOutOfMemory()).isTrue());
        assertThatThePoolWorks();
    }

    @Test
    void exitIsACrashWithItsCode() throws Exception {
        var outcome = ask("exit 42");

        assertThatItCrashed(outcome, 42);
        assertThatThePoolWorks();
    }

    @Test
    void uncaughtExceptionIsACrashWithItsTrace() throws Exception {
        assertThat(ask("nonsense"))
                .isInstanceOfSatisfying(
                        Crashed.class, crash -> assertThat(crash.detail()).contains("IllegalArgumentException"));
        assertThatThePoolWorks();
    }

    @Test
    void outputThatIsNoAnswerIsACrash() throws Exception {
        assertThatItCrashed(ask("garbage"), Crashed.NO_EXIT_CODE);
        assertThatThePoolWorks();
    }

    @Test
    void answerWithoutEndIsACrash() throws Exception {
        assertThat(ask("flood"))
                .isInstanceOfSatisfying(
                        Crashed.class, crash -> assertThat(crash.detail()).contains("longer than 1048576 bytes"));
        assertThatThePoolWorks();
    }

    @Test
    void answerThatTheReaderRefusesIsACrash() throws Exception {
        ChildOutcome<String> outcome = pool.call(
                "echo x".getBytes(StandardCharsets.UTF_8),
                answer -> {
                    throw new IllegalStateException("not what I asked for");
                },
                LONG);

        assertThatItCrashed(outcome, Crashed.NO_EXIT_CODE);
        assertThatThePoolWorks();
    }

    @Test
    void answerThatIsNotReadToItsEndDoesNotDisturbTheNext() throws Exception {
        var outcome = pool.call("echo abc".getBytes(StandardCharsets.UTF_8), InputStream::read, LONG);

        assertThat(outcome).isEqualTo(new Answered<>((int) 'a'));
        assertThatThePoolWorks();
    }

    @Test
    void standardErrorIsDrained() throws Exception {
        assertThat(answerOf("shout")).isEqualTo("done");
    }

    @Test
    void childSeesNothingOfTheEnvironmentButWhatItNeeds() throws Exception {
        assertThat(answerOf("environment").replaceAll("=[^,}]*", ""))
                .matches("\\{((LANG|LC_ALL|LC_CTYPE|PATH|TMPDIR)(, )?)+}");
    }

    @Test
    void temporaryFilesAreRemovedWithTheChild() throws Exception {
        var left = Path.of(answerOf("temporary"));
        assertThat(left).exists();

        pool.close();

        assertThat(left.getParent()).doesNotExist();
    }

    @Test
    void callAloneUsesAChildOfItsOwnWithAnotherHeap() throws Exception {
        var pooled = pid();
        var alone = pool.callAlone("heap".getBytes(StandardCharsets.UTF_8), ChildPoolIT::read, LONG, 200);

        assertThat(alone)
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(Integer.parseInt(String.valueOf(answered.value())))
                                .isBetween(150, 200));
        assertThat(pid()).isEqualTo(pooled);
    }

    @Test
    void noMoreChildrenThanSlots() {
        pool = new ChildPool(OPTIONS, 2);
        var pids = ConcurrentHashMap.<String>newKeySet();
        var calls = new ArrayList<CompletableFuture<Void>>();
        for (var i = 0; i < 8; i++) {
            calls.add(CompletableFuture.runAsync(
                    () -> {
                        try {
                            pids.add(answerOf("pid"));
                        } catch (IOException | InterruptedException e) {
                            throw new CompletionException(e);
                        }
                    },
                    task -> new Thread(task).start()));
        }

        calls.forEach(CompletableFuture::join);

        assertThat(pids).hasSizeBetween(1, 2);
    }

    @Test
    void closingEndsCallsThatAreUnderWayAndRefusesNewOnes() throws Exception {
        pid();
        var call = new FutureTask<>(() -> ask("hang"));
        new Thread(call).start();
        await().until(() -> pool.slotsInUse() == 1);

        pool.close();

        assertThatThrownBy(call::get).hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> ask("echo x")).isInstanceOf(IOException.class);
    }
}
