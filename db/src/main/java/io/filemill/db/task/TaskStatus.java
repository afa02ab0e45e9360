package io.filemill.db.task;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a file task or an upload task stands; the only place where the states are named.
 *
 * <p>A file task goes {@code pending → running → completed | failed | skipped}; a retry or a rescue takes it back to {@code pending}. An
 * upload task goes {@code pending → running → completed}, or to {@code failed} when it is cancelled.
 */
public enum TaskStatus {
    PENDING,
    RUNNING,
    COMPLETED,
    FAILED,
    SKIPPED;

    /** Whether the state is never left again, except by a retry that a user asks for. */
    public boolean isFinal() {
        return this == COMPLETED || this == FAILED || this == SKIPPED;
    }

    /** The word in the database and on the wire. */
    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The state that a word stands for, or empty. */
    public static Optional<TaskStatus> fromWord(String word) {
        return Stream.of(values()).filter(status -> status.word().equals(word)).findFirst();
    }

    static TaskStatus ofColumn(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
