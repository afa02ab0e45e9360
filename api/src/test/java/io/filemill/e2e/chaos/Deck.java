package io.filemill.e2e.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Deals the cards once in their order, and then round after round in random order. */
final class Deck<T> {
    private final List<T> cards;
    private final List<T> left;
    private final SplittableRandom random;
    private boolean isShuffled;

    Deck(List<T> cards, SplittableRandom random) {
        this.cards = List.copyOf(cards);
        this.left = new ArrayList<>(cards);
        this.random = random;
    }

    T next() {
        if (left.isEmpty()) {
            left.addAll(cards);
            isShuffled = true;
        }
        return left.remove(isShuffled ? random.nextInt(left.size()) : 0);
    }
}
