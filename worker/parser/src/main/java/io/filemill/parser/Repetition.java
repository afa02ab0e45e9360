package io.filemill.parser;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.Deflater;

/** Tells text that says the same over and over again, as the text of archive bombs does, from text that is only long. */
final class Repetition {
    /** Prose compresses to a third, logs to a twentieth. */
    private static final int EXTREME_RATIO = 100;

    private static final int BLOCK = 64 * 1024;

    private Repetition() {}

    /** Whether the text compresses to less than a hundredth. */
    static boolean isExtreme(List<Segment> segments) {
        var deflater = new Deflater(Deflater.BEST_SPEED);
        try {
            var sink = new byte[BLOCK];
            for (var segment : segments) {
                var text = segment.text();
                for (var from = 0; from < text.length(); from += BLOCK) {
                    var block = text.substring(from, Math.min(text.length(), from + BLOCK));
                    deflater.setInput(block.getBytes(StandardCharsets.UTF_8));
                    while (!deflater.needsInput()) {
                        deflater.deflate(sink);
                    }
                }
            }
            deflater.finish();
            while (!deflater.finished()) {
                deflater.deflate(sink);
            }
            return deflater.getBytesRead() / EXTREME_RATIO > deflater.getBytesWritten();
        } finally {
            deflater.end();
        }
    }
}
