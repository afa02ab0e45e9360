package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * A manifest with one JSON value on each line: a string, which is an item, or an object with a path or an item and maybe a filename and an
 * uploaded_file_id. Other members are ignored, and so are lines with nothing but white space.
 */
final class NdjsonManifest implements Manifest {
    private final JsonFactory json = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private final InputStream in;
    private final byte[] buffer = new byte[2 * MAX_ENTRY];
    private int start;
    private int next;
    private int end;
    private boolean ended;
    private long line;

    NdjsonManifest(InputStream in) {
        this.in = in;
    }

    @Override
    public Optional<ManifestEntry> next() throws IOException {
        while (nextLine()) {
            if (line == 1 && beginsWithByteOrderMark()) {
                start += 3;
            }
            int length = next - start;
            try (JsonParser parser = json.createParser(ObjectReadContext.empty(), buffer, start, length)) {
                JsonToken first = parser.nextToken();
                if (first != null) {
                    return Optional.of(entry(parser, first));
                }
            } catch (JacksonException e) {
                throw ProblemException.invalid("It is not valid JSON: " + e.getOriginalMessage());
            }
        }
        return Optional.empty();
    }

    private boolean beginsWithByteOrderMark() {
        return next - start >= 3
                && buffer[start] == (byte) 0xEF
                && buffer[start + 1] == (byte) 0xBB
                && buffer[start + 2] == (byte) 0xBF;
    }

    private static ManifestEntry entry(JsonParser parser, JsonToken first) {
        ManifestEntry entry;
        if (first == JsonToken.VALUE_STRING) {
            entry = new ManifestEntry(null, parser.getString(), null, null);
        } else if (first == JsonToken.START_OBJECT) {
            entry = object(parser);
        } else {
            throw ProblemException.invalid(
                    "It must be a JSON object, like {\"path\": \"/in/a.pdf\"} or {\"item\": \"a\"}, or a string.");
        }
        if (parser.nextToken() != null) {
            throw ProblemException.invalid("After its JSON value more follows. Write one value on each line.");
        }
        return entry;
    }

    private static ManifestEntry object(JsonParser parser) {
        String path = null;
        String item = null;
        String filename = null;
        Long uploadedFileId = null;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            switch (parser.currentName()) {
                case "path" -> path = text(parser);
                case "item" -> item = text(parser);
                case "filename" -> filename = text(parser);
                case "uploaded_file_id" -> uploadedFileId = fileId(parser);
                default -> {
                    parser.nextToken();
                    parser.skipChildren();
                }
            }
        }
        return Manifest.entry(path, item, filename, uploadedFileId);
    }

    private static @Nullable String text(JsonParser parser) {
        JsonToken value = parser.nextToken();
        if (value == JsonToken.VALUE_NULL) {
            return null;
        }
        if (value != JsonToken.VALUE_STRING) {
            throw ProblemException.invalid("Its " + parser.currentName() + " must be a string.");
        }
        return parser.getString();
    }

    private static @Nullable Long fileId(JsonParser parser) {
        JsonToken value = parser.nextToken();
        if (value == JsonToken.VALUE_NULL) {
            return null;
        }
        if (value != JsonToken.VALUE_NUMBER_INT || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw Manifest.noFileId();
        }
        return parser.getLongValue();
    }

    @Override
    public long line() {
        return line;
    }

    /** Moves to the next line, which then lies from {@code start} to {@code next}, its end included; false if there is none. */
    private boolean nextLine() throws IOException {
        start = next;
        int scanned = start;
        line++;
        while (true) {
            while (scanned < end) {
                if (buffer[scanned++] == '\n') {
                    next = scanned;
                    return true;
                }
            }
            if (ended) {
                next = end;
                return start < end;
            }
            if (end - start > MAX_ENTRY) {
                throw Manifest.tooLong();
            }
            scanned -= start;
            fill();
        }
    }

    private void fill() throws IOException {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
        int n = in.read(buffer, end, buffer.length - end);
        ended = n < 0;
        end += Math.max(0, n);
    }
}
