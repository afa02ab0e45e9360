package io.filemill.parser;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.List;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.io.input.CloseShieldInputStream;
import org.apache.tika.config.ServiceLoader;
import org.apache.tika.detect.AutoDetectReader;
import org.apache.tika.exception.TikaException;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.mime.MediaType;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.apache.tika.sax.XHTMLContentHandler;
import org.xml.sax.ContentHandler;
import org.xml.sax.SAXException;

/**
 * Reads CSV and TSV files as one table. Tika's own parser doubts many real CSV files, for example those with quoted commas, and gives
 * their lines as plain text.
 */
final class DelimitedTextParser implements Parser {
    private static final MediaType CSV = MediaType.text("csv");
    private static final MediaType TSV = MediaType.text("tsv");
    private static final MediaType TSV_REGISTERED = MediaType.text("tab-separated-values");
    private static final int SAMPLE_CHARACTERS = 16_384;

    @Override
    public Set<MediaType> getSupportedTypes(ParseContext context) {
        return Set.of(CSV, TSV, TSV_REGISTERED);
    }

    @Override
    public void parse(InputStream stream, ContentHandler handler, Metadata metadata, ParseContext context)
            throws IOException, SAXException, TikaException {
        try (var reader = new AutoDetectReader(
                CloseShieldInputStream.wrap(stream),
                metadata,
                new ServiceLoader(getClass().getClassLoader()))) {
            var mimetype = String.valueOf(metadata.get(Metadata.CONTENT_TYPE));
            var delimiter = mimetype.startsWith(CSV.toString()) ? mostLikelyDelimiter(sample(reader)) : '\t';
            var xhtml = new XHTMLContentHandler(handler, metadata);
            xhtml.startDocument();
            xhtml.startElement("table");
            for (var row : format(delimiter).parse(reader)) {
                xhtml.startElement("tr");
                for (var cell : row) {
                    xhtml.startElement("td"); // element(…) would leave out empty cells and so shift the others
                    xhtml.characters(cell);
                    xhtml.endElement("td");
                }
                xhtml.endElement("tr");
            }
            xhtml.endElement("table");
            xhtml.endDocument();
        }
    }

    private static CSVFormat format(char delimiter) {
        return CSVFormat.DEFAULT
                .builder()
                .setDelimiter(delimiter)
                .setTrailingData(true)
                .setLenientEof(true)
                .get();
    }

    private static String sample(Reader reader) throws IOException {
        reader.mark(SAMPLE_CHARACTERS);
        var sample = new char[SAMPLE_CHARACTERS];
        var length = 0;
        for (var read = 0; read >= 0 && length < sample.length; length += Math.max(read, 0)) {
            read = reader.read(sample, length, sample.length - length);
        }
        reader.reset();
        return new String(sample, 0, length);
    }

    /** The delimiter that occurs most often outside quotes. */
    static char mostLikelyDelimiter(String sample) {
        var best = ',';
        var most = 0L;
        var unquoted = sample.replaceAll("\"[^\"]*+\"", "");
        for (var candidate : List.of(',', ';', '\t', '|', ':')) {
            var count = unquoted.chars().filter(c -> c == candidate).count();
            if (count > most) {
                most = count;
                best = candidate;
            }
        }
        return best;
    }
}
