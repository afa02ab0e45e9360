package io.filemill.worker.document;

import org.jspecify.annotations.Nullable;

/**
 * A stretch of text of one kind, as the parser's child process gives it.
 *
 * @param part the embedded document that it is in, as a path of names, or null for the file itself
 * @param page the page, slide or sheet, from 1, or null if the format has none
 * @param type {@code text} or {@code table}
 * @param title what the format says about the whole table, for example the sheet's name
 * @param text paragraphs separated by blank lines, or rows of cells separated by tabs
 */
record Segment(
        @Nullable String part,
        @Nullable Integer page,
        String type,
        @Nullable String title,
        String text) {
    boolean isTable() {
        return type.equals("table");
    }
}
