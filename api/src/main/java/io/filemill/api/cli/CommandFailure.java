package io.filemill.api.cli;

import org.jspecify.annotations.Nullable;

/** Ends a command with a message for the person who typed it. Not an error of the program: no stack trace is shown unless asked for. */
public class CommandFailure extends RuntimeException {
    private final int exitCode;

    /**
     * Fails with exit code 2: wrong use, or nothing could be done at all.
     *
     * @param message what is wrong and what to do about it
     */
    public CommandFailure(String message) {
        this(message, ExitCode.WRONG_USE, null);
    }

    /**
     * Fails with exit code 2 and keeps the cause for those who ask for details.
     *
     * @param message what is wrong and what to do about it
     */
    public CommandFailure(String message, @Nullable Throwable cause) {
        this(message, ExitCode.WRONG_USE, cause);
    }

    CommandFailure(String message, int exitCode, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
