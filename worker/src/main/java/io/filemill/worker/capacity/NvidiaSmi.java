package io.filemill.worker.capacity;

import java.util.Optional;

/** The driver's own command, which only lists cards that the driver can really talk to. */
interface NvidiaSmi {
    /**
     * Runs the command.
     *
     * @return what it printed, or empty if it is not installed
     * @throws NoAnswerException if it is installed but failed or took too long
     */
    Optional<String> ask(String... arguments) throws NoAnswerException;

    /** Says in its message what went wrong, for people. */
    final class NoAnswerException extends Exception {
        NoAnswerException(String message) {
            super(message);
        }
    }
}
