package io.filemill.db.failure;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.stream.Stream;

/** The part that failed. The words are OpenRAG's, whose frontend shows them, and name the part by the program that does its work there. */
public enum Component {
    /** What reads files. */
    PARSER("docling"),
    /** What chunks, embeds or otherwise processes what was read. */
    FLOW("langflow"),
    /** The service itself: the queue, the nodes, the storage of uploaded files. */
    SERVICE("openrag"),
    /** Where documents are stored and searched. */
    INDEX("opensearch");

    private final String word;

    Component(String word) {
        this.word = word;
    }

    /** The word in the database and on the wire. */
    @JsonValue
    public String word() {
        return word;
    }

    static Component ofWord(String word) {
        return Stream.of(values())
                .filter(value -> value.word.equals(word))
                .findFirst()
                .orElseThrow();
    }
}
