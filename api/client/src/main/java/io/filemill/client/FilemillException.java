package io.filemill.client;

import org.jspecify.annotations.Nullable;

/** A call that did not get its answer: refused ({@link ProblemException}), not delivered ({@link UnreachableException}), or interrupted. */
public class FilemillException extends RuntimeException {
    FilemillException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
