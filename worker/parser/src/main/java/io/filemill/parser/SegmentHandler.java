package io.filemill.parser;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.tika.metadata.Metadata;
import org.jspecify.annotations.Nullable;
import org.xml.sax.Attributes;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Cuts the XHTML of one document into segments: text by page, and each table for itself.
 *
 * <p>Tika marks pages by the class of a {@code div}: {@code page} (PDF, XLS), {@code sheet} (XLSX), {@code slide} (PPT) and {@code
 * slide-content} (PPTX, whose notes follow it). Text outside of them has no page but is kept all the same.
 */
final class SegmentHandler extends DefaultHandler {
    private static final Set<String> PARAGRAPHS =
            Set.of("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "section", "article");
    private static final Set<String> LINES =
            Set.of("div", "br", "hr", "li", "ul", "ol", "dl", "dt", "dd", "header", "footer", "tr", "caption");
    private static final String SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet";

    private final @Nullable String part;
    private final Metadata metadata;
    private final Budget budget;
    private final Consumer<Segment> segments;
    private final StringBuilder text = new StringBuilder();
    private final Deque<Table> tables = new ArrayDeque<>();
    private final Deque<Boolean> divs = new ArrayDeque<>();
    private @Nullable StringBuilder heading;
    private @Nullable String title;
    private boolean inBody;
    private boolean atStartOfPage;
    private boolean slideHasContentInside;
    private @Nullable Integer page;
    private int pages;

    /**
     * @param part the embedded document's name, or null for the file itself
     * @param metadata the document's, filled by the parser before and while it emits text
     */
    SegmentHandler(@Nullable String part, Metadata metadata, Budget budget, Consumer<Segment> segments) {
        this.part = part;
        this.metadata = metadata;
        this.budget = budget;
        this.segments = segments;
    }

    /** Pages seen so far. */
    int pages() {
        return pages;
    }

    /** Hands over what is left. To be called once, also after a parse that failed. */
    void finish() {
        while (!tables.isEmpty()) {
            endTable();
        }
        endPage();
    }

    @Override
    public void startElement(String uri, String localName, String name, Attributes attributes) throws SAXException {
        if (!budget.takeElement()) {
            throw new LimitReachedException("too many elements");
        }
        if (localName.equals("body")) {
            inBody = true;
        } else if (localName.equals("div")) {
            startDiv(String.valueOf(attributes.getValue("class")));
        } else if (localName.equals("table")) {
            startTable();
        } else if (localName.equals("h1") && atStartOfPage) {
            heading = new StringBuilder();
        } else if (localName.equals("td") || localName.equals("th")) {
            take(1); // even a sheet of nothing but empty cells must end
        }
        breakLine(localName);
        if (localName.equals("img")) {
            describePicture(attributes);
        }
        atStartOfPage &= localName.equals("div");
    }

    @Override
    public void endElement(String uri, String localName, String name) {
        var table = tables.peek();
        if (localName.equals("body")) {
            inBody = false;
        } else if (localName.equals("h1") && heading != null) {
            title = TextCleaner.line(heading);
            heading = null;
        } else if (table != null && (localName.equals("td") || localName.equals("th"))) {
            table.endCell();
        } else if (table != null && localName.equals("tr")) {
            table.endRow();
        } else if (table != null && localName.equals("table")) {
            endTable();
        } else if (localName.equals("div") && !divs.isEmpty() && divs.pop()) {
            endPage();
        }
        breakLine(localName);
    }

    @Override
    public void characters(char[] characters, int start, int length) throws SAXException {
        if (!inBody) {
            return;
        }
        atStartOfPage = atStartOfPage && new String(characters, start, length).isBlank();
        var granted = budget.takeCharacters(length);
        target().append(characters, start, granted);
        if (granted < length) {
            throw new LimitReachedException("too much text");
        }
    }

    @Override
    public void ignorableWhitespace(char[] characters, int start, int length) throws SAXException {
        characters(characters, start, length);
    }

    private StringBuilder target() {
        if (heading != null) {
            return heading;
        }
        var table = tables.peek();
        return table == null ? text : table.cell;
    }

    /** Web pages describe their pictures for people. Other formats only name the picture's file there. */
    private void describePicture(Attributes attributes) throws SAXException {
        var description = attributes.getValue("alt");
        var source = String.valueOf(attributes.getValue("src"));
        if (description != null && !source.startsWith("embedded:")) {
            var words = (" " + description + " ").toCharArray();
            characters(words, 0, words.length);
        }
    }

    private void take(int length) throws LimitReachedException {
        if (budget.takeCharacters(length) < length) {
            throw new LimitReachedException("too much text");
        }
    }

    private void startDiv(String cssClass) {
        var startsPage = switch (cssClass) {
            case "page", "sheet", "slide" -> true;
            case "slide-content" -> !slideHasContentInside;
            default -> false;
        };
        if (cssClass.equals("slide")) {
            slideHasContentInside = true;
        }
        divs.push(startsPage && !cssClass.equals("slide-content"));
        if (startsPage) {
            endPage();
            startPage();
            atStartOfPage = cssClass.equals("page") || cssClass.equals("sheet");
        }
    }

    private void startPage() {
        page = ++pages;
    }

    private void endPage() {
        if (title != null) {
            text.insert(0, title + "\n\n");
            title = null;
        }
        flushText();
        page = null;
    }

    private void startTable() {
        var outer = tables.peek();
        if (outer != null) {
            outer.endRow();
            text.append(outer.takeAsText()).append('\n');
        } else if (isSpreadsheet()) {
            endPage();
            startPage();
        }
        tables.push(new Table());
    }

    private void endTable() {
        var table = tables.pop();
        table.endRow();
        if (table.looksLikeLayout()) {
            text.append("\n\n").append(table.takeAsText()).append("\n\n");
        } else {
            flushText();
            emit(Segment.TABLE, title, table.take());
            title = null;
        }
        if (tables.isEmpty() && isSpreadsheet()) {
            endPage();
        }
    }

    /** OpenDocument's sheets are tables and nothing else. */
    private boolean isSpreadsheet() {
        return SPREADSHEET.equals(metadata.get(Metadata.CONTENT_TYPE));
    }

    private void flushText() {
        var mimetype = String.valueOf(metadata.get(Metadata.CONTENT_TYPE));
        var isPlain = mimetype.startsWith("text/") && !mimetype.startsWith("text/html");
        emit(Segment.TEXT, null, isPlain ? TextCleaner.preformatted(text) : TextCleaner.paragraphs(text));
        text.setLength(0);
    }

    private void emit(String type, @Nullable String title, String text) {
        if (!text.isBlank() && budget.takeSegment()) {
            segments.accept(new Segment(part, page, type, title, text));
        }
    }

    private void breakLine(String localName) {
        var isParagraph = PARAGRAPHS.contains(localName);
        if (!isParagraph && !LINES.contains(localName)) {
            return;
        }
        if (!tables.isEmpty() || heading != null) {
            appendOnce(target(), " ");
        } else {
            appendOnce(text, isParagraph ? "\n\n" : "\n");
        }
    }

    /** Breaks are no text, so no limit holds for them: without this, empty elements alone could fill the heap. */
    private static void appendOnce(StringBuilder target, String blank) {
        var start = target.length() - blank.length();
        if (start < 0 || target.indexOf(blank, start) < 0) {
            target.append(blank);
        }
    }

    /** A table in the making. One that holds another table, or a single cell, only arranges text on a page. */
    private static final class Table {
        private final StringBuilder rows = new StringBuilder();
        private final List<String> cells = new ArrayList<>();
        private final StringBuilder cell = new StringBuilder();
        private boolean holdsTable;
        private int rowCount;
        private int columns;

        void endCell() {
            cells.add(TextCleaner.line(cell).replace('\t', ' '));
            cell.setLength(0);
        }

        void endRow() {
            if (!cell.toString().isBlank()) {
                endCell();
            }
            while (!cells.isEmpty() && cells.get(cells.size() - 1).isEmpty()) {
                cells.remove(cells.size() - 1);
            }
            if (!cells.isEmpty()) {
                rows.append(rows.isEmpty() ? "" : "\n").append(String.join("\t", cells));
                rowCount++;
                columns = Math.max(columns, cells.size());
            }
            cells.clear();
        }

        boolean looksLikeLayout() {
            return holdsTable || (rowCount <= 1 && columns <= 1);
        }

        String take() {
            return rows.toString();
        }

        String takeAsText() {
            holdsTable = true;
            var lines = rows.toString().replace('\t', '\n');
            rows.setLength(0);
            return lines;
        }
    }
}
