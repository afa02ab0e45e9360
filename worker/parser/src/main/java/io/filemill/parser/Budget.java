package io.filemill.parser;

/** What one request may still produce. Not safe for several threads. */
final class Budget {
    private final Limits limits;
    private int characters;
    private int embeddedDocuments;
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
        exhausted |= granted < wanted;
        return granted;
    }

    /** Counts an embedded document and goes one level down, if both may be. */
    boolean enterDocument() {
        if (embeddedDocuments == limits.embeddedDocuments() || depth == limits.depth()) {
            exhausted = true;
            return false;
        }
        embeddedDocuments++;
        depth++;
        return true;
    }

    void leaveDocument() {
        depth--;
    }

    /** Whether no other embedded document would fit, at whatever depth. */
    boolean isFull() {
        return embeddedDocuments == limits.embeddedDocuments() || characters == limits.characters();
    }

    /** Whether something was refused, so that text is missing. */
    boolean isExhausted() {
        return exhausted;
    }
}
