package io.filemill.api.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import tools.jackson.databind.JsonNode;

/**
 * What every command works with.
 *
 * @param terminal where to write
 * @param environment the environment variables
 * @param program how people call the launcher, for hints on what to type next
 * @param launcher starts parts of Filemill in this process
 * @param interrupts tells of Ctrl-C
 * @param ticks time
 * @param uptime for how long this process has run
 * @param details whether people want to see log lines and stack traces
 */
record Session(
        Terminal terminal,
        Map<String, String> environment,
        String program,
        Launcher launcher,
        Interrupts interrupts,
        Ticks ticks,
        Supplier<Duration> uptime,
        Details details) {
    boolean wantsDetails() {
        return details.wanted || !environment.getOrDefault("FILEMILL_DEBUG", "").isBlank();
    }

    /** Writes a line for people that is not part of the answer. */
    void note(String line) {
        terminal.err().println(line);
    }

    /** Writes a line of the answer. */
    void print(String line) {
        terminal.out().println(line);
    }

    /** Writes an answer for programs. */
    void print(JsonNode document) {
        print(document.toPrettyString());
    }

    /**
     * Asks before something is lost.
     *
     * @throws CommandFailure if the answer is not yes, or there is nobody to ask
     */
    void confirm(String question) {
        if (!terminal.canAsk()) {
            throw new CommandFailure("There is nobody to ask here whether that is meant. Add --yes.");
        }
        String answer = terminal.ask(question + " [y/N]").toLowerCase(Locale.ROOT);
        if (!answer.equals("y") && !answer.equals("yes")) {
            throw new CommandFailure("Nothing was deleted", ExitCode.INTERRUPTED, null);
        }
    }

    /** Fails unless a database is configured; the reason says why this command needs one. */
    void requireDatabase(String reason) {
        if (environment.getOrDefault("FILEMILL_DB_URL", "").isBlank()) {
            throw new CommandFailure("FILEMILL_DB_URL is not set. " + reason);
        }
    }

    /** Returns when the process is asked to stop, after having said so. */
    void waitForInterrupt(String note) throws InterruptedException {
        var interrupted = new CountDownLatch(1);
        Interrupts.Registration registration = interrupts.onInterrupt(() -> {
            note(note);
            interrupted.countDown();
        });
        try {
            interrupted.await();
        } finally {
            registration.withdraw();
        }
    }

    /** The option that every command has. */
    static final class Details {
        @Option(
                names = {"-v", "--verbose"},
                scope = ScopeType.INHERIT,
                description = "Show log lines and stack traces; FILEMILL_DEBUG=1 does the same.")
        private boolean wanted;
    }
}
