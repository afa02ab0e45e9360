package io.filemill.db.queue;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a limit applies to. */
public enum LimitScope {
    /** Everything; its one name is {@code *}. */
    CLUSTER,
    /** The tasks of a user. */
    USER,
    /** The tasks of a processor. */
    PROCESSOR,
    /** A service that processors call, such as one that makes embeddings. */
    SINK;

    /** The scope as it is written in the database and in addresses. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The scope of a word, or empty if there is none. */
    public static Optional<LimitScope> fromWord(String word) {
        return Stream.of(values()).filter(scope -> scope.word().equals(word)).findFirst();
    }
}
