package io.filemill.parser;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.zip.Deflater;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.mime.MediaType;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.apache.tika.sax.XHTMLContentHandler;
import org.xml.sax.ContentHandler;
import org.xml.sax.SAXException;

/** Does to the real program what broken parsers do. A COBOL file's first line says what; a second line names a file that says when. */
public final class TroubleParser implements Parser {
    @Override
    public Set<MediaType> getSupportedTypes(ParseContext context) {
        return Set.of(MediaType.text("x-cobol"));
    }

    @Override
    public void parse(InputStream stream, ContentHandler handler, Metadata metadata, ParseContext context)
            throws IOException, SAXException {
        var xhtml = new XHTMLContentHandler(handler, metadata);
        xhtml.startDocument();
        var lines = new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        if (lines.size() > 1) {
            Files.createFile(Path.of(lines.get(1)));
        }
        switch (lines.get(0)) {
            case "loop" -> loop();
            case "loop that finds empty elements" -> findEmptyElements(xhtml);
            case "slow but sound" -> findNowAndThen(xhtml);
            case "full heap" -> fillHeap();
            case "full direct memory" -> fillDirectMemory();
            case "full native memory" -> fillNativeMemory();
            case "many threads" -> startThreads();
            case "deep recursion" -> recurse(0);
            case "native crash" -> writeToNowhere();
            default -> throw new IllegalArgumentException(lines.get(0));
        }
        xhtml.endDocument();
    }

    private static void loop() {
        var turns = 0L;
        while (turns >= 0) {
            turns = Thread.interrupted() ? 0 : (turns + 1) % 1_000;
        }
    }

    private static void findEmptyElements(XHTMLContentHandler xhtml) throws SAXException {
        var turns = 0L;
        while (turns >= 0) {
            xhtml.startElement("p");
            xhtml.endElement("p");
            turns = (turns + 1) % 1_000;
        }
    }

    /** Finds something each half second, for eight seconds. */
    private static void findNowAndThen(XHTMLContentHandler xhtml) throws SAXException {
        for (var word = 0; word < 16; word++) {
            var start = System.nanoTime();
            while (System.nanoTime() - start < 500_000_000L) {
                Thread.onSpinWait();
            }
            xhtml.characters("word ");
        }
    }

    private static void fillHeap() {
        List<byte[]> hoard = new ArrayList<>();
        while (hoard.size() < Integer.MAX_VALUE) {
            hoard.add(new byte[1024 * 1024]);
        }
    }

    private static void fillDirectMemory() {
        List<ByteBuffer> hoard = new ArrayList<>();
        while (hoard.size() < Integer.MAX_VALUE) {
            hoard.add(ByteBuffer.allocateDirect(1024 * 1024));
        }
    }

    private static void fillNativeMemory() {
        List<Deflater> hoard = new ArrayList<>();
        while (hoard.size() < Integer.MAX_VALUE) {
            hoard.add(new Deflater()); // a quarter of a megabyte that is neither heap nor buffer
        }
    }

    private static void startThreads() {
        for (var count = 0; count < 2_000; count++) {
            var thread = new Thread(() -> recurse(0));
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler((t, e) -> waitForever());
            thread.start();
        }
        waitForever();
    }

    private static void waitForever() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int recurse(int depth) {
        return depth == Integer.MAX_VALUE ? depth : recurse(depth + 1) + 1;
    }

    private static void writeToNowhere() {
        new Unsafe().putAddress(0, 0);
    }

    /** The JDK's own way around its safety. The compiler would warn of it in a way that cannot be turned off. */
    private static final class Unsafe {
        private final Object instance;

        private Unsafe() {
            try {
                var field = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe");
                field.setAccessible(true);
                instance = field.get(null);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        void putAddress(long address, long value) {
            try {
                instance.getClass()
                        .getMethod("putAddress", long.class, long.class)
                        .invoke(instance, address, value);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
