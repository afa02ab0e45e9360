package io.filemill.parser;

/**
 * Turns what parsers emit into text that every store accepts and that reads well: no NUL or other control character except tab and line
 * feed, no half of a surrogate pair, and no blanks at the ends of lines.
 */
final class TextCleaner {
    private enum Layout {
        LINE,
        PARAGRAPHS,
        PREFORMATTED
    }

    private static final char REPLACEMENT = '\uFFFD';

    private final CharSequence text;
    private final Layout layout;
    private final StringBuilder clean;
    private final StringBuilder blanks = new StringBuilder();
    private int lineBreaks;

    private TextCleaner(CharSequence text, Layout layout) {
        this.text = text;
        this.layout = layout;
        clean = new StringBuilder(text.length());
    }

    /** One line: runs of blanks and line ends become one space. */
    static String line(CharSequence text) {
        return new TextCleaner(text, Layout.LINE).clean();
    }

    /** Lines without outer blanks, runs of blanks as one space, and at most one empty line between lines. */
    static String paragraphs(CharSequence text) {
        return new TextCleaner(text, Layout.PARAGRAPHS).clean();
    }

    /** The lines as they are, indentation and columns included, with at most one empty line between lines. */
    static String preformatted(CharSequence text) {
        return new TextCleaner(text, Layout.PREFORMATTED).clean();
    }

    private String clean() {
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '\n' || c == '\r') {
                var isFirstOfTwo = c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n';
                endLine(isFirstOfTwo ? 0 : 1);
            } else if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                blanks.append(c);
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                visible(c);
                clean.append(text.charAt(++i));
            } else if (!Character.isISOControl(c)) {
                visible(Character.isSurrogate(c) ? REPLACEMENT : c);
            }
        }
        return clean.toString();
    }

    private void endLine(int count) {
        if (layout == Layout.LINE) {
            blanks.append(' ');
        } else {
            blanks.setLength(0);
            lineBreaks += count;
        }
    }

    private void visible(char c) {
        if (clean.length() > 0) {
            clean.append("\n".repeat(Math.min(lineBreaks, 2)));
        }
        if (layout == Layout.PREFORMATTED) {
            clean.append(blanks);
        } else if (blanks.length() > 0 && clean.length() > 0 && lineBreaks == 0) {
            clean.append(' ');
        }
        blanks.setLength(0);
        lineBreaks = 0;
        clean.append(c);
    }
}
