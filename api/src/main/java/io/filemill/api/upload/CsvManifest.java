package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * A manifest of comma-separated values in UTF-8, as RFC 4180 has them. The first line names the columns, of which path, item, filename
 * and uploaded_file_id count; empty lines are ignored. A column guarded, as reports have it, names the columns in which an apostrophe was put in
 * front of what a spreadsheet would take for a formula; it is taken away again.
 */
final class CsvManifest implements Manifest {
    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setIgnoreEmptyLines(true).get();

    private final OneEntryAtATime text;
    private final CSVParser parser;
    private final Iterator<CSVRecord> records;
    private @Nullable Columns columns;

    CsvManifest(InputStream in) throws IOException {
        // A decoder of its own reports what is not UTF-8 instead of replacing it.
        text = new OneEntryAtATime(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
        parser = CSVParser.builder().setReader(text).setFormat(FORMAT).get();
        records = parser.iterator();
    }

    /** Where the columns are; -1 for one that is not there. */
    private record Columns(int path, int item, int filename, int uploadedFileId, int guarded, int count) {
        private static final List<String> KNOWN = List.of("path", "item", "filename", "uploaded_file_id", "guarded");

        static Columns of(CSVRecord header) {
            List<String> names = header.stream()
                    .map(name -> name.strip().toLowerCase(Locale.ROOT))
                    .toList();
            int[] at = KNOWN.stream().mapToInt(names::indexOf).toArray();
            var columns = new Columns(at[0], at[1], at[2], at[3], at[4], header.size());
            if (columns.path < 0 && columns.item < 0) {
                throw ProblemException.invalid("It must name the columns, and one of them path or item.");
            }
            for (String name : KNOWN) {
                if (names.indexOf(name) != names.lastIndexOf(name)) {
                    throw ProblemException.invalid("It names the column " + name + " twice.");
                }
            }
            return columns;
        }

        ManifestEntry entry(CSVRecord row) {
            if (row.size() != count) {
                throw ProblemException.invalid("It has " + row.size() + " values, but the first line names " + count
                        + " columns. Put a value with a comma into quotation marks.");
            }
            String guards = value(row, guarded);
            List<String> names =
                    guards == null ? List.of() : List.of(guards.strip().split(" ", -1));
            return Manifest.entry(
                    value(row, path),
                    unguarded(value(row, item), names.contains("item")),
                    unguarded(value(row, filename), names.contains("filename")),
                    fileId(value(row, uploadedFileId)));
        }

        private static @Nullable String value(CSVRecord row, int column) {
            return column < 0 || row.get(column).isEmpty() ? null : row.get(column);
        }

        private static @Nullable String unguarded(@Nullable String value, boolean guarded) {
            return value != null && guarded && value.startsWith("'") ? value.substring(1) : value;
        }

        private static @Nullable Long fileId(@Nullable String value) {
            try {
                return value == null ? null : Long.valueOf(value.strip());
            } catch (NumberFormatException e) {
                throw Manifest.noFileId();
            }
        }
    }

    @Override
    public Optional<ManifestEntry> next() throws IOException {
        if (columns == null) {
            CSVRecord header = read();
            if (header == null) {
                return Optional.empty();
            }
            columns = Columns.of(header);
        }
        CSVRecord row = read();
        return row == null ? Optional.empty() : Optional.of(columns.entry(row));
    }

    private @Nullable CSVRecord read() throws IOException {
        text.entryBegins();
        try {
            return records.hasNext() ? records.next() : null;
        } catch (UncheckedIOException e) {
            IOException cause = e.getCause();
            if (cause instanceof CSVException) {
                throw ProblemException.invalid("It is not valid CSV: " + cause.getMessage() + ".");
            }
            if (cause instanceof CharacterCodingException) {
                throw ProblemException.invalid("It, or a line soon after it, is not UTF-8.");
            }
            throw cause;
        }
    }

    @Override
    public long line() {
        return Math.max(1, parser.getCurrentLineNumber());
    }

    /** Refuses to give more text for one entry than an entry may have, and leaves out a byte order mark. For use by one thread. */
    private static final class OneEntryAtATime extends Reader {
        private final Reader in;
        private boolean begun;
        private int characters;

        OneEntryAtATime(Reader in) {
            this.in = in;
        }

        void entryBegins() {
            characters = 0;
        }

        @Override
        public int read(char[] buffer, int offset, int length) throws IOException {
            if (characters > MAX_ENTRY) {
                throw Manifest.tooLong();
            }
            int n = in.read(buffer, offset, length);
            if (!begun && n > 0) {
                begun = true;
                if (buffer[offset] == '\uFEFF') {
                    System.arraycopy(buffer, offset + 1, buffer, offset, n - 1);
                    return n == 1 ? read(buffer, offset, length) : n - 1;
                }
            }
            characters += Math.max(0, n);
            return n;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
