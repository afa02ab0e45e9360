package io.filemill.api.report;

import io.filemill.db.task.ReportRow;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Rows as JSON objects, one on each line, with the columns of a table as members. */
final class JsonRows implements ReportRows {
    private static final JsonFactory JSON =
            JsonFactory.builder().rootValueSeparator("").build();

    private final JsonGenerator json;

    JsonRows(OutputStream out) {
        json = JSON.createGenerator(ObjectWriteContext.empty(), out);
    }

    @Override
    public void write(ReportRow row) {
        json.writeStartObject();
        text("path", Columns.path(row));
        text("item", Columns.item(row));
        text("filename", row.filename());
        number("uploaded_file_id", row.uploaded() ? row.id() : null);
        json.writeNumberProperty("file_id", row.id());
        number("size_bytes", row.sizeBytes());
        text("sha256", row.sha256());
        text("status", row.status().word());
        text("class", Columns.statusClass(row));
        text("error_code", row.errorCode());
        if (row.retryable() == null) {
            json.writeNullProperty("retryable");
        } else {
            json.writeBooleanProperty("retryable", row.retryable());
        }
        json.writeNumberProperty("attempts", row.attempts());
        if (row.durationMillis() == null) {
            json.writeNullProperty("duration_seconds");
        } else {
            json.writeNumberProperty("duration_seconds", Columns.seconds(row));
        }
        text("finished_at", Objects.toString(row.finishedAt(), null));
        text("document_id", row.documentId());
        text("message", row.message());
        json.writeEndObject();
        json.writeRaw('\n');
    }

    private void text(String name, @Nullable String value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, value);
        }
    }

    private void number(String name, @Nullable Long value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            json.writeNumberProperty(name, value);
        }
    }

    @Override
    public void flush() {
        json.flush();
    }
}
