package io.filemill.worker.isolation;

import java.time.Duration;

/** How a call to a child ended. */
public sealed interface ChildOutcome<T> {
    /** The child answered. */
    record Answered<T>(T value) implements ChildOutcome<T> {}

    /**
     * The child is gone, or said something that is no answer and was killed.
     *
     * @param exitCode the process's exit code, or {@link #NO_EXIT_CODE} or {@link #TOO_LARGE} if it was killed here
     * @param detail what was seen and the end of what the child wrote to standard error; for the log, not for users
     */
    record Crashed<T>(int exitCode, String detail) implements ChildOutcome<T> {
        /** The child did not end by itself. */
        public static final int NO_EXIT_CODE = -1;

        /** The child took more memory than its heap and what is allowed beside it. */
        public static final int TOO_LARGE = -2;

        private static final int OUT_OF_MEMORY = 3;

        /** Whether it ended because its heap was full or it took too much memory beside it. */
        public boolean isOutOfMemory() {
            return exitCode == OUT_OF_MEMORY || exitCode == TOO_LARGE;
        }
    }

    /** The child took too long and was killed. */
    record TimedOut<T>() implements ChildOutcome<T> {}

    /**
     * The child gave no sign of getting on and was killed.
     *
     * @param limit for how long it was silent
     */
    record Stalled<T>(Duration limit) implements ChildOutcome<T> {}
}
