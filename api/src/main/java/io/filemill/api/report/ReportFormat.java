package io.filemill.api.report;

import io.filemill.api.problem.ProblemException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.util.MimeTypeUtils;

/** How a report is written. */
enum ReportFormat {
    CSV("csv", ReportFormat.CSV_TYPE, ReportFormat.CSV_TYPE + ";charset=UTF-8;header=present") {
        @Override
        ReportRows begin(OutputStream out) throws IOException {
            return new CsvRows(out);
        }
    },
    JSONL("jsonl", ReportFormat.JSONL_TYPE, ReportFormat.JSONL_TYPE) {
        @Override
        ReportRows begin(OutputStream out) {
            return new JsonRows(out);
        }
    };

    static final String CSV_TYPE = "text/csv";
    static final String JSONL_TYPE = MediaType.APPLICATION_NDJSON_VALUE;

    private final String word;
    private final String type;
    private final String contentType;

    ReportFormat(String word, String type, String contentType) {
        this.word = word;
        this.type = type;
        this.contentType = contentType;
    }

    /**
     * What a client wants: the format that it names, else the one that it likes best, else CSV.
     *
     * @param accept its Accept header
     * @throws ProblemException if it names another one
     */
    static ReportFormat of(@Nullable String format, @Nullable String accept) {
        if (format == null) {
            return accepted(accept);
        }
        for (ReportFormat known : values()) {
            if (known.word.equals(format)) {
                return known;
            }
        }
        throw ProblemException.invalid("The parameter format must be csv or jsonl, but is " + format + ".");
    }

    private static ReportFormat accepted(@Nullable String accept) {
        List<MediaType> types =
                new ArrayList<>(MediaType.parseMediaTypes(accept)); // the web layer has refused what is none
        MimeTypeUtils.sortBySpecificity(types);
        for (MediaType wanted : types) {
            for (ReportFormat known : values()) {
                if (wanted.getQualityValue() > 0 && wanted.includes(MediaType.parseMediaType(known.type))) {
                    return known;
                }
            }
        }
        return CSV;
    }

    /** Begins a report. */
    abstract ReportRows begin(OutputStream out) throws IOException;

    String contentType() {
        return contentType;
    }

    /** What the names of its files end in, which also names it in a query. */
    String word() {
        return word;
    }
}
