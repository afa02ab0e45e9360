package io.filemill.api.upload;

import java.util.ArrayList;
import java.util.List;

/** What a listing left out, with the reasons: the first thousand in full, and how many there are. */
final class IgnoredItems {
    private static final int SHOWN = 1000;

    private final List<Ignored> first = new ArrayList<>();
    private long count;

    void add(String item, String reason) {
        count++;
        if (first.size() < SHOWN) {
            first.add(new Ignored(item, reason));
        }
    }

    long count() {
        return count;
    }

    List<Ignored> first() {
        return List.copyOf(first);
    }

    record Ignored(String item, String reason) {}
}
