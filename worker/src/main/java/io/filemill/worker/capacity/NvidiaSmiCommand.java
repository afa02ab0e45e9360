package io.filemill.worker.capacity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Runs {@code nvidia-smi} as a process that is killed when its time is up: with a broken driver it can hang for ever. */
final class NvidiaSmiCommand implements NvidiaSmi {
    private static final int OUTPUT_LIMIT_BYTES = 1 << 16;

    /** The exit code of a card whose information ROM is damaged: a warning, the card works. */
    private static final int DAMAGED_ROM = 14;

    private final List<String> command;
    private final Duration timeLimit;

    NvidiaSmiCommand(List<String> command, Duration timeLimit) {
        this.command = List.copyOf(command);
        this.timeLimit = timeLimit;
    }

    @Override
    public Optional<String> ask(String... arguments) throws NoAnswerException {
        var line = Stream.concat(command.stream(), Stream.of(arguments)).toList();
        Process process;
        try {
            process = new ProcessBuilder(line)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException notInstalled) {
            return Optional.empty();
        }
        try {
            return Optional.of(answerOf(process));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private String answerOf(Process process) throws NoAnswerException {
        var deadline = System.nanoTime() + timeLimit.toNanos();
        var reading = TimeLimited.start(
                "nvidia-smi output", () -> new String(process.getInputStream().readNBytes(OUTPUT_LIMIT_BYTES), UTF_8));
        try {
            var output = reading.get(deadline - System.nanoTime(), NANOSECONDS);
            if (!process.waitFor(deadline - System.nanoTime(), NANOSECONDS)) {
                throw new TimeoutException();
            }
            if (process.exitValue() != 0 && process.exitValue() != DAMAGED_ROM) {
                throw new NoAnswerException("nvidia-smi ended with exit code " + process.exitValue());
            }
            return output;
        } catch (TimeoutException e) {
            throw new NoAnswerException("nvidia-smi did not answer within " + timeLimit.toSeconds() + " s");
        } catch (ExecutionException e) {
            throw new NoAnswerException("nvidia-smi's answer could not be read");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoAnswerException("nvidia-smi was interrupted");
        }
    }
}
