package io.filemill.parser;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What one request may still produce. Only {@link #progress()} is for several threads.
 *
 * <p>Everything that counts as progress is bounded, so a parser in an endless loop makes progress only for a while.
 */
final class Budget {
    /** Each costs the parent more memory than its text does. */
    private static final int SEGMENTS = 200_000;

    private final Limits limits;
    private final AtomicLong progress = new AtomicLong();
    private int characters;
    private int elements;
    private int segments;
    private int embeddedDocuments;
    private long unpackedBytes;
    private int depth;
    private boolean exhausted;

    Budget(Limits limits) {
        this.limits = limits;
    }

    /**
     * Takes room for text.
     *
     * @return how much of it fits; less than asked for means that the budget is exhausted
     */
    int takeCharacters(int wanted) {
        var granted = Math.min(wanted, limits.characters() - characters);
        characters += granted;
        note(granted < wanted);
        return granted;
    }

    /** Counts an element around text. There may be as many of them as characters. */
    boolean takeElement() {
        var isFull = elements == limits.characters();
        elements += isFull ? 0 : 1;
        note(isFull);
        return !isFull;
    }

    /** Counts a segment of text. */
    boolean takeSegment() {
        var isFull = segments == SEGMENTS;
        segments += isFull ? 0 : 1;
        note(isFull);
        return !isFull;
    }

    /** Counts bytes that were unpacked from the file. */
    boolean takeUnpackedBytes(int count) {
        unpackedBytes += count;
        note(unpackedBytes > limits.unpackedBytes());
        return unpackedBytes <= limits.unpackedBytes();
    }

    /** Counts an embedded document and goes one level down, if both may be. */
    boolean enterDocument() {
        if (embeddedDocuments == limits.embeddedDocuments() || depth == limits.depth()) {
            exhausted = true;
            return false;
        }
        embeddedDocuments++;
        depth++;
        note(false);
        return true;
    }

    void leaveDocument() {
        depth--;
    }

    /** Whether no other embedded document would fit, at whatever depth. */
    boolean isFull() {
        return embeddedDocuments == limits.embeddedDocuments()
                || characters == limits.characters()
                || elements == limits.characters()
                || segments == SEGMENTS
                || unpackedBytes > limits.unpackedBytes();
    }

    /** Whether something was refused, so that text is missing. */
    boolean isExhausted() {
        return exhausted;
    }

    /** Whether the text was cut off at its limit. */
    boolean isOutOfCharacters() {
        return exhausted && characters == limits.characters();
    }

    /** A number that grows whenever something is taken. */
    long progress() {
        return progress.get();
    }

    private void note(boolean refused) {
        exhausted |= refused;
        if (!refused) {
            progress.incrementAndGet();
        }
    }
}
