package io.filemill.api.report;

import io.filemill.db.task.ReportRow;
import java.io.IOException;

/** Writes the rows of a report one by one. What is behind it is never closed, so that a broken report does not look like a whole one. */
interface ReportRows {
    void write(ReportRow row) throws IOException;

    /** Hands over what was written so far. */
    void flush() throws IOException;
}
