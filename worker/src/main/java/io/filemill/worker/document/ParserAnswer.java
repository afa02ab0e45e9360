package io.filemill.worker.document;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the parser's child process says about one file.
 *
 * @param status {@code PARSED}, else a stable word for why there is no text
 * @param message one sentence for the person who sent the file: why there is no text, or what is missing of it
 * @param mimetype the detected type
 * @param pages pages, slides or sheets, or null if the format has none
 * @param metadata what the file says about itself
 * @param segments the text in reading order
 */
record ParserAnswer(
        String status,
        @Nullable String message,
        @Nullable String mimetype,
        @Nullable Integer pages,
        Map<String, String> metadata,
        List<Segment> segments) {
    /** There is text. */
    static final String PARSED = "PARSED";
    /** The file could not be opened. */
    static final String UNREADABLE = "UNREADABLE";
}
