package io.filemill.api.report;

import io.filemill.db.task.ReportRow;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.jspecify.annotations.Nullable;

/**
 * Rows of comma-separated values in UTF-8, as RFC 4180 has them.
 *
 * <p>A text that a spreadsheet would take for a formula gets an apostrophe in front, and the column {@code guarded} names the columns where
 * that was done, so that whoever reads the table can take it away again.
 */
final class CsvRows implements ReportRows {
    private static final String FORMULA_STARTS = "=+-@\t\r\n";
    private static final int BUFFER_CHARACTERS = 1 << 16;

    private final Writer out;
    private final List<String> guarded = new ArrayList<>();

    CsvRows(OutputStream out) throws IOException {
        this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), BUFFER_CHARACTERS);
        CSVFormat.RFC4180.printRecord(this.out, Columns.NAMES.toArray());
    }

    @Override
    public void write(ReportRow row) throws IOException {
        guarded.clear();
        String path = Columns.path(row);
        String item = guarded("item", Columns.item(row));
        String filename = guarded("filename", row.filename());
        String errorCode = guarded("error_code", row.errorCode());
        String documentId = guarded("document_id", row.documentId());
        String message = guarded("message", row.message());
        CSVFormat.RFC4180.printRecord(
                out,
                path,
                item,
                filename,
                row.uploaded() ? row.id() : null,
                String.join(" ", guarded),
                row.id(),
                row.sizeBytes(),
                row.sha256(),
                row.status().word(),
                Columns.statusClass(row),
                errorCode,
                row.retryable(),
                row.attempts(),
                Columns.seconds(row),
                row.finishedAt(),
                documentId,
                message);
    }

    private @Nullable String guarded(String column, @Nullable String text) {
        if (text == null || text.isEmpty() || FORMULA_STARTS.indexOf(text.charAt(0)) < 0) {
            return text;
        }
        guarded.add(column);
        return "'" + text;
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }
}
