package io.filemill.e2e.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Deals in random order; each card comes once before any comes again, so that a short run sees all of them. */
final class Deck<T> {
    private final List<T> cards;
    private final List<T> left = new ArrayList<>();
    private final SplittableRandom random;

    Deck(List<T> cards, SplittableRandom random) {
        this.cards = List.copyOf(cards);
        this.random = random;
    }

    T next() {
        if (left.isEmpty()) {
            left.addAll(cards);
        }
        return left.remove(random.nextInt(left.size()));
    }
}
