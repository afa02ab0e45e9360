package io.filemill.parser;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import org.apache.tika.detect.Detector;
import org.apache.tika.exception.EncryptedDocumentException;
import org.apache.tika.exception.TikaException;
import org.apache.tika.exception.ZeroByteFileException;
import org.apache.tika.extractor.EmbeddedDocumentExtractor;
import org.apache.tika.io.TemporaryResources;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.mime.MediaType;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.jspecify.annotations.Nullable;
import org.xml.sax.ContentHandler;
import org.xml.sax.SAXException;

/** Parses the documents inside the file of one request: attachments, entries of archives, messages of mailboxes. */
final class EmbeddedDocuments implements EmbeddedDocumentExtractor {
    private static final int MAXIMUM_NAME = 1_000;

    private final Parser parser;
    private final Detector detector;
    private final ParseContext context;
    private final Budget budget;
    private final Consumer<Segment> segments;
    private @Nullable String container;
    private int seen;
    private int encrypted;
    private int damaged;

    EmbeddedDocuments(
            Parser parser, Detector detector, ParseContext context, Budget budget, Consumer<Segment> segments) {
        this.parser = parser;
        this.detector = detector;
        this.context = context;
        this.budget = budget;
        this.segments = segments;
    }

    int seen() {
        return seen;
    }

    int encrypted() {
        return encrypted;
    }

    int damaged() {
        return damaged;
    }

    @Override
    public boolean shouldParseEmbedded(Metadata metadata) {
        return true;
    }

    @Override
    public void parseEmbedded(InputStream stream, ContentHandler handler, Metadata metadata, boolean outputHtml)
            throws SAXException, IOException {
        seen++;
        if (!budget.enterDocument()) {
            if (budget.isFull()) {
                throw new LimitReachedException("too many embedded documents");
            }
            return;
        }
        var outer = container;
        try (var resources = new TemporaryResources()) {
            var input = TikaInputStream.get(new UnpackedStream(stream, budget), resources, metadata);
            if (stream instanceof TikaInputStream original && original.getOpenContainer() != null) {
                input.setOpenContainer(original.getOpenContainer());
            }
            container = nameOf(metadata);
            if (mayHaveText(detector.detect(input, metadata))) {
                parse(input, metadata, container);
            }
        } finally {
            container = outer;
            budget.leaveDocument();
        }
    }

    private void parse(TikaInputStream input, Metadata metadata, String name) throws SAXException {
        var handler = new SegmentHandler(name, metadata, budget, segments);
        try {
            parser.parse(input, handler, metadata, context);
        } catch (EncryptedDocumentException e) {
            encrypted++;
        } catch (ZeroByteFileException e) {
            return;
        } catch (TikaException | IOException | SAXException | RuntimeException | StackOverflowError e) {
            if (budget.isFull()) {
                throw new LimitReachedException("too much text");
            }
            damaged++;
        } finally {
            handler.finish();
        }
    }

    private String nameOf(Metadata metadata) {
        var path = metadata.get(TikaCoreProperties.INTERNAL_PATH);
        var name = path != null && !path.isBlank() ? path : metadata.get(TikaCoreProperties.RESOURCE_NAME_KEY);
        var clean = name == null ? "" : TextCleaner.line(name);
        var isUnusual = clean.isEmpty() || clean.length() > MAXIMUM_NAME;
        var own = isUnusual ? "embedded-" + seen : clean;
        return container == null ? own : container + "/" + own;
    }

    /** Pictures, sound and film have none, except for drawings in Windows' vector formats. */
    private static boolean mayHaveText(MediaType type) {
        return switch (type.getType()) {
            case "audio", "video" -> false;
            case "image" ->
                type.getSubtype().endsWith("emf")
                        || type.getSubtype().endsWith("wmf")
                        || type.getSubtype().startsWith("svg");
            default -> true;
        };
    }
}
