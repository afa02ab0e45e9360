package io.filemill.parser;

import io.filemill.parser.ParseAnswer.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.tika.config.ServiceLoader;
import org.apache.tika.detect.DefaultDetector;
import org.apache.tika.detect.Detector;
import org.apache.tika.exception.EncryptedDocumentException;
import org.apache.tika.exception.TikaException;
import org.apache.tika.extractor.EmbeddedDocumentExtractor;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Message;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.mime.MediaTypeRegistry;
import org.apache.tika.parser.AutoDetectParser;
import org.apache.tika.parser.AutoDetectParserConfig;
import org.apache.tika.parser.DefaultParser;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.apache.tika.parser.external.CompositeExternalParser;
import org.apache.tika.parser.microsoft.OfficeParserConfig;
import org.apache.tika.parser.ocr.TesseractOCRParser;
import org.apache.tika.parser.pdf.PDFParserConfig;
import org.jspecify.annotations.Nullable;
import org.xml.sax.SAXException;

/**
 * Turns a file into segments of text, or says in one sentence why it cannot. The only class that decides what Tika's results mean.
 *
 * <p>Recognises no text in pictures and starts no other programs. A document that breaks off keeps the text before the break and counts as truncated. Not safe for
 * several threads.
 */
final class DocumentParser {
    /** Deeper nesting exhausts the stack of recursive parsers. */
    private static final int ELEMENT_DEPTH = 2_000;

    /**
     * Limits of Java's XML parser as they are up to version 23. Later ones allow 200 levels and 200 attributes, so that a file would fail
     * there that others read; what a file may cost is bounded by {@link Limits}.
     */
    private static final Map<String, String> XML_LIMITS = Map.of(
            "jdk.xml.maxElementDepth", "0",
            "jdk.xml.elementAttributeLimit", "10000",
            "jdk.xml.entityExpansionLimit", "64000",
            "jdk.xml.totalEntitySizeLimit", "50000000",
            "jdk.xml.maxGeneralEntitySizeLimit", "0",
            "jdk.xml.maxParameterEntitySizeLimit", "1000000",
            "jdk.xml.entityReplacementLimit", "3000000");

    /** How the messages start of what Tika, POI and Java's XML parser throw. */
    private static final List<String> BOMB_MESSAGES = List.of("Suspected zip bomb", "Zip bomb detected", "JAXP0001");

    private static final Set<String> ARCHIVES = Set.of(
            "application/zip",
            "application/x-tar",
            "application/x-7z-compressed",
            "application/x-rar-compressed",
            "application/vnd.rar");

    private final Detector detector = new DefaultDetector();
    private final Parser parser;

    DocumentParser() {
        XML_LIMITS.forEach(System::setProperty);
        var registry = MediaTypeRegistry.getDefaultRegistry();
        var loader = new ServiceLoader(DocumentParser.class.getClassLoader());
        var tika =
                new DefaultParser(registry, loader, List.of(TesseractOCRParser.class, CompositeExternalParser.class));
        var autoDetect = new AutoDetectParser(detector, tika, new DelimitedTextParser());
        autoDetect.setAutoDetectParserConfig(securityLimits());
        parser = autoDetect;
    }

    /** Parses one file. Returns for every file that does not end the process. */
    ParseAnswer parse(ParseRequest request, Budget budget) {
        var path = Path.of(request.path());
        try {
            if (Files.size(path) == 0) {
                return ParseAnswer.failed(Status.EMPTY, "The file is empty: it has 0 bytes.", null);
            }
            var metadata = new Metadata();
            metadata.set(TikaCoreProperties.RESOURCE_NAME_KEY, request.filename());
            try (var input = TikaInputStream.get(path, metadata)) {
                return parse(input, metadata, budget);
            }
        } catch (IOException e) {
            return ParseAnswer.failed(Status.UNREADABLE, "The file could not be read.", null);
        }
    }

    private ParseAnswer parse(TikaInputStream input, Metadata metadata, Budget budget) {
        var own = new ArrayList<Segment>();
        var inside = new ArrayList<Segment>();
        var context = new ParseContext();
        var embedded = new EmbeddedDocuments(parser, detector, context, budget, inside::add);
        context.set(Parser.class, parser);
        context.set(EmbeddedDocumentExtractor.class, embedded);
        context.set(PDFParserConfig.class, pdf());
        context.set(OfficeParserConfig.class, office());
        var handler = new SegmentHandler(null, metadata, budget, own::add);
        Throwable failure = null;
        try {
            parser.parse(input, handler, metadata, context);
        } catch (TikaException | IOException | SAXException | RuntimeException | StackOverflowError e) {
            failure = e;
        }
        handler.finish();
        var reading = new Reading(metadata, budget, embedded, failure);
        if (ARCHIVES.contains(String.valueOf(reading.mimetype()))) {
            own.clear(); // names of entries that could not be read
        }
        var segments =
                Stream.of(heading(reading), own, inside).flatMap(List::stream).toList();
        if (reading.isBomb() || (reading.mayBeBomb() && Repetition.isExtreme(segments))) {
            return reading.tooMuch();
        }
        return segments.isEmpty() ? withoutText(reading) : withText(reading, handler.pages(), segments);
    }

    private static ParseAnswer withText(Reading reading, int pages, List<Segment> segments) {
        var missing = reading.missing();
        return new ParseAnswer(
                Status.PARSED,
                missing,
                reading.mimetype(),
                pages == 0 ? null : Integer.valueOf(pages),
                missing != null,
                DocumentMetadata.of(reading.metadata()),
                segments);
    }

    private static ParseAnswer withoutText(Reading reading) {
        if (reading.isEncrypted()) {
            return reading.failed(
                    Status.ENCRYPTED, "The file is protected by a password. Remove the protection and send it again.");
        }
        if (reading.budget().isExhausted()) {
            return reading.tooMuch();
        }
        var mimetype = String.valueOf(reading.mimetype());
        if (reading.isStrictOfficeFile()) {
            return reading.failed(
                    Status.UNSUPPORTED,
                    "The file is saved as Strict Open XML, which is not supported. Save it in the usual format.");
        }
        if (reading.failure() != null) {
            return reading.failed(Status.CORRUPT, "The file is damaged, or its content is not what its name says.");
        }
        if (mimetype.startsWith("image/") || mimetype.startsWith("audio/") || mimetype.startsWith("video/")) {
            return reading.failed(
                    Status.UNSUPPORTED, "The file has no text to read (" + mimetype + "). Pictures of text need OCR.");
        }
        if (mimetype.equals("application/pdf")) {
            return reading.failed(
                    Status.UNSUPPORTED, "The PDF has no text layer. Scanned pages need text recognition (OCR) first.");
        }
        if (reading.wasNotParsed()) {
            return reading.failed(Status.UNSUPPORTED, "Files of this type are not supported (" + mimetype + ").");
        }
        if (reading.embedded().seen() > 0) {
            return reading.failed(Status.UNSUPPORTED, "The file holds only files without readable text.");
        }
        return reading.failed(Status.EMPTY, "The file has no text in it.");
    }

    /** A mail's subject and people and a web page's title are in its head, not in its text, but people search for them. */
    private static List<Segment> heading(Reading reading) {
        var metadata = reading.metadata();
        var lines = new ArrayList<String>();
        switch (String.valueOf(reading.mimetype())) {
            case "message/rfc822" -> {
                addLine(lines, "Subject: ", metadata.get(TikaCoreProperties.SUBJECT));
                addLine(lines, "From: ", metadata.get(Message.MESSAGE_FROM));
                addLine(lines, "To: ", String.join(", ", metadata.getValues(Message.MESSAGE_TO)));
            }
            case "text/html", "application/xhtml+xml" -> addLine(lines, "", metadata.get(TikaCoreProperties.TITLE));
            default -> {}
        }
        return lines.isEmpty()
                ? List.of()
                : List.of(new Segment(null, null, Segment.TEXT, null, String.join("\n", lines)));
    }

    private static void addLine(List<String> lines, String label, @Nullable String value) {
        if (value != null && !value.isBlank()) {
            lines.add(label + TextCleaner.line(value));
        }
    }

    private static AutoDetectParserConfig securityLimits() {
        var config = new AutoDetectParserConfig();
        config.setMaximumDepth(ELEMENT_DEPTH);
        // Text is bounded by the request's own limits. Tika's ratio would refuse large sheets that compress well.
        config.setOutputThreshold(Integer.MAX_VALUE);
        return config;
    }

    private static PDFParserConfig pdf() {
        var config = new PDFParserConfig();
        config.setOcrStrategy(PDFParserConfig.OCR_STRATEGY.NO_OCR);
        config.setExtractInlineImages(false);
        config.setCatchIntermediateIOExceptions(true);
        return config;
    }

    private static OfficeParserConfig office() {
        var config = new OfficeParserConfig();
        config.setUseSAXDocxExtractor(true);
        config.setUseSAXPptxExtractor(true);
        return config;
    }

    /**
     * What is known after Tika has run.
     *
     * @param failure what ended the parse early
     */
    private record Reading(
            Metadata metadata,
            Budget budget,
            EmbeddedDocuments embedded,
            @Nullable Throwable failure) {

        @Nullable
        String mimetype() {
            var type = metadata.get(Metadata.CONTENT_TYPE);
            return type == null ? null : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        }

        ParseAnswer failed(Status status, String message) {
            return ParseAnswer.failed(status, message, mimetype());
        }

        ParseAnswer tooMuch() {
            return failed(
                    Status.LIMIT,
                    "The file is nested too deeply or unpacks to far too much. Files that do so are not read.");
        }

        /** Whether it was built to overwhelm its reader: of such a file not even the start is worth keeping. */
        boolean isBomb() {
            return failures().anyMatch(StackOverflowError.class::isInstance)
                    || failures()
                            .map(cause -> String.valueOf(cause.getMessage()))
                            .anyMatch(Reading::tellsOfABomb);
        }

        /** Plain text is as long as its file. */
        boolean mayBeBomb() {
            return budget.isOutOfCharacters() && !String.valueOf(mimetype()).startsWith("text/");
        }

        private static boolean tellsOfABomb(String message) {
            return BOMB_MESSAGES.stream().anyMatch(message::startsWith);
        }

        boolean isEncrypted() {
            return failure instanceof EncryptedDocumentException || hasEncryptedParts();
        }

        boolean wasNotParsed() {
            var parsers = metadata.getValues(TikaCoreProperties.TIKA_PARSED_BY);
            return Stream.of(parsers).anyMatch(name -> name.endsWith("EmptyParser"));
        }

        boolean isStrictOfficeFile() {
            return failures()
                    .anyMatch(cause -> String.valueOf(cause.getMessage()).startsWith("Strict OOXML"));
        }

        private Stream<Throwable> failures() {
            return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
        }

        /** One sentence about text that the file has and the answer lacks. */
        @Nullable
        String missing() {
            if (budget.isExhausted()) {
                return "The file is very large or nested too deeply; the rest of its text was left out.";
            }
            if (failure != null) {
                return "The file is damaged; only the text before the damage could be read.";
            }
            if (hasEncryptedParts()) {
                return "Some of the files inside are protected by a password and were left out.";
            }
            if (embedded.damaged() > 0 || hasUnreadableEntry("")) {
                return "Some of the files inside are damaged and were left out.";
            }
            return null;
        }

        private boolean hasEncryptedParts() {
            return embedded.encrypted() > 0
                    || hasUnreadableEntry(EncryptedDocumentException.class.getName())
                    || hasUnreadableEntry("Unsupported feature encryption");
        }

        private boolean hasUnreadableEntry(String reason) {
            return Stream.of(metadata.getValues(TikaCoreProperties.TIKA_META_EXCEPTION_EMBEDDED_STREAM))
                    .anyMatch(exception -> exception.contains(reason));
        }
    }
}
