package io.filemill.parser;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BudgetTest {
    private final Budget budget = new Budget(new Limits(10, 2, 1, 100));

    @Test
    void whateverIsTakenIsProgressUntilItIsUsedUp() {
        budget.takeCharacters(10);
        while (budget.takeElement()) {}
        budget.takeUnpackedBytes(100);
        budget.enterDocument();
        var before = budget.progress();

        budget.takeCharacters(1);
        budget.takeElement();
        budget.takeUnpackedBytes(1);
        budget.enterDocument();

        assertThat(before).isEqualTo(13);
        assertThat(budget.progress()).isEqualTo(before);
        assertThat(budget.isExhausted()).isTrue();
    }

    @Test
    void endlessEmptyElementsUseItUp() {
        while (budget.takeElement()) {}

        assertThat(budget.isFull()).isTrue();
        assertThat(budget.isExhausted()).isTrue();
    }

    @Test
    void endlessSegmentsUseItUp() {
        while (budget.takeSegment()) {}

        assertThat(budget.isFull()).isTrue();
        assertThat(budget.isExhausted()).isTrue();
    }
}
