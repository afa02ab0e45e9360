package io.filemill.api.cli;

import java.util.ArrayList;
import java.util.List;

/** Cells in columns that are as wide as their widest cell. */
final class Table {
    private final List<String[]> rows = new ArrayList<>();
    private final int[] widths;

    Table(String... header) {
        widths = new int[header.length];
        add(header);
    }

    /** Adds a row of as many cells as the header has. */
    void add(String... cells) {
        rows.add(cells);
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], cells[i].length());
        }
    }

    boolean isEmpty() {
        return rows.size() == 1;
    }

    List<String> lines() {
        return rows.stream().map(this::line).toList();
    }

    private String line(String[] cells) {
        var padded = new ArrayList<String>();
        for (int i = 0; i < widths.length; i++) {
            padded.add(cells[i] + " ".repeat(widths[i] - cells[i].length()));
        }
        return String.join("  ", padded).stripTrailing();
    }
}
