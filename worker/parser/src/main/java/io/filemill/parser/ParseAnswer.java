package io.filemill.parser;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of one request.
 *
 * @param status whether there is text, else why not
 * @param message one sentence for the person who sent the file: why there is no text, or what is missing of it; null if all is well
 * @param mimetype the detected type
 * @param pages pages, slides or sheets of the file itself, or null if the format has none
 * @param truncated whether some of the file's text is known to be missing
 * @param metadata what the file says about itself, under a few stable names
 * @param segments the text in reading order
 */
record ParseAnswer(
        Status status,
        @Nullable String message,
        @Nullable String mimetype,
        @Nullable Integer pages,
        boolean truncated,
        Map<String, String> metadata,
        List<Segment> segments) {

    static ParseAnswer failed(Status status, String message, @Nullable String mimetype) {
        return new ParseAnswer(status, message, mimetype, null, false, Map.of(), List.of());
    }

    enum Status {
        /** There is text. */
        PARSED,
        /** The file has no bytes or no text. */
        EMPTY,
        /** A password is needed. */
        ENCRYPTED,
        /** The type has no text, or none that this program can read. */
        UNSUPPORTED,
        /** The bytes are not what the type asks for. */
        CORRUPT,
        /** A limit was reached before there was any text. */
        LIMIT,
        /** The file could not be opened; not the file's fault. */
        UNREADABLE
    }
}
