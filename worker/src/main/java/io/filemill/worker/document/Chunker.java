package io.filemill.worker.document;

import io.filemill.db.document.Chunk;
import io.filemill.db.document.ChunkType;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts segments into chunks that are short enough to show and to embed.
 *
 * <p>A chunk never spans pages, parts or tables. Running text is cut at the end of a paragraph, else of a sentence, else of a word, and
 * each chunk starts with the last words of the one before. A table is cut between rows, and each chunk repeats its title and header.
 */
final class Chunker {
    static final int MAXIMUM = 1_000;
    static final int OVERLAP = 100;

    List<Chunk> chunks(List<Segment> segments) {
        var chunks = new ArrayList<Chunk>();
        for (var segment : segments) {
            var type = segment.isTable() ? ChunkType.TABLE : ChunkType.TEXT;
            var texts = segment.isTable() ? table(segment) : text(segment.text(), MAXIMUM, OVERLAP);
            texts.forEach(text -> chunks.add(new Chunk(segment.page(), type, segment.part(), text)));
        }
        return chunks;
    }

    private static List<String> text(String text, int maximum, int overlap) {
        var chunks = new ArrayList<String>();
        var start = skipBlanks(text, 0);
        while (start < text.length()) {
            var end = text.length() - start <= maximum ? text.length() : cut(text, start, start + maximum);
            chunks.add(text.substring(start, end).strip());
            start = end == text.length() ? end : skipBlanks(text, startOfOverlap(text, end, overlap));
        }
        return chunks;
    }

    /** The best place to end a chunk, in its second half so that chunks are not too short. */
    private static int cut(String text, int start, int limit) {
        var earliest = start + (limit - start) / 2;
        for (var i = limit - 1; i > earliest; i--) {
            if (text.startsWith("\n\n", i)) {
                return i;
            }
        }
        for (var i = limit - 1; i > earliest; i--) {
            if (endsSentence(text, i)) {
                return i + 1;
            }
        }
        for (var i = limit; i > earliest; i--) {
            if (Character.isWhitespace(text.charAt(i))) {
                return i;
            }
        }
        return splitsCharacter(text, limit) ? limit - 1 : limit;
    }

    private static boolean endsSentence(String text, int index) {
        return switch (text.charAt(index)) {
            case '\n', '。', '！', '？' -> true;
            case '.', '!', '?', '…' -> Character.isWhitespace(text.charAt(index + 1));
            default -> false;
        };
    }

    private static int startOfOverlap(String text, int end, int overlap) {
        for (var i = end - overlap; i < end; i++) {
            if (Character.isWhitespace(text.charAt(i))) {
                return i + 1;
            }
        }
        var start = end - overlap;
        return splitsCharacter(text, start) ? start + 1 : start;
    }

    private static boolean splitsCharacter(String text, int index) {
        return index > 0
                && Character.isLowSurrogate(text.charAt(index))
                && Character.isHighSurrogate(text.charAt(index - 1));
    }

    private static int skipBlanks(String text, int index) {
        var start = index;
        while (start < text.length() && Character.isWhitespace(text.charAt(start))) {
            start++;
        }
        return start;
    }

    private static List<String> table(Segment segment) {
        var title = segment.title() == null ? "" : segment.title() + "\n";
        var rows = segment.text().lines().toList();
        var whole = title + segment.text();
        if (whole.length() <= MAXIMUM) {
            return List.of(whole);
        }
        var heading = title + rows.get(0) + "\n";
        if (heading.length() > MAXIMUM / 2) { // a repeated heading must leave room for rows
            return rows(title.length() > MAXIMUM / 2 ? "" : title, rows);
        }
        return rows(heading, rows.subList(1, rows.size()));
    }

    private static List<String> rows(String heading, List<String> rows) {
        var chunks = new ArrayList<String>();
        var room = MAXIMUM - heading.length();
        var chunk = new StringBuilder();
        for (var row : rows) {
            if (!chunk.isEmpty() && chunk.length() + 1 + row.length() > room) {
                chunks.add(heading + chunk);
                chunk.setLength(0);
            }
            if (row.length() > room) {
                text(row, room, 0).forEach(piece -> chunks.add(heading + piece));
            } else {
                chunk.append(chunk.isEmpty() ? "" : "\n").append(row);
            }
        }
        if (!chunk.isEmpty()) {
            chunks.add(heading + chunk);
        }
        return chunks;
    }
}
