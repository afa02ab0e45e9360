package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.springframework.http.MediaType;

/** How a manifest is written. */
enum ManifestFormat {
    NDJSON {
        @Override
        Manifest read(InputStream in) {
            return new NdjsonManifest(in);
        }
    },
    CSV {
        @Override
        Manifest read(InputStream in) throws IOException {
            return new CsvManifest(in);
        }
    };

    static final String NDJSON_TYPE = MediaType.APPLICATION_NDJSON_VALUE;
    static final String CSV_TYPE = "text/csv";

    /**
     * The format of a content type that is one of the two.
     *
     * @throws ProblemException if it names another character set than UTF-8
     */
    static ManifestFormat of(MediaType contentType) {
        Charset charset = contentType.getCharset();
        if (charset != null && !charset.equals(StandardCharsets.UTF_8) && !charset.equals(StandardCharsets.US_ASCII)) {
            throw new ProblemException(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE, "A manifest must be in UTF-8, not in " + charset + ".");
        }
        return contentType.isCompatibleWith(MediaType.parseMediaType(CSV_TYPE)) ? CSV : NDJSON;
    }

    /** Begins to read a manifest. The caller closes the stream. */
    abstract Manifest read(InputStream in) throws IOException;
}
