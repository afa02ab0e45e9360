package io.filemill.api.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.api.problem.ProblemException;
import io.filemill.db.task.Position;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageRequestTest {
    @Test
    void aFirstPageHasTheDefaultLimitAndNoPosition() {
        PageRequest page = PageRequest.of(null, null);
        assertThat(page.limit()).isEqualTo(100);
        assertThat(page.afterFile()).isZero();
        assertThat(page.afterTask()).isNull();
    }

    @Test
    void aCursorLeadsBackToItsTask() {
        var position = new Position(Instant.parse("2026-11-24T08:53:52.882046Z"), UUID.randomUUID());
        assertThat(PageRequest.of(1, PageRequest.cursorAfter(position)).afterTask())
                .isEqualTo(position);
    }

    @Test
    void aCursorLeadsBackToItsFile() {
        assertThat(PageRequest.of(1000, PageRequest.cursorAfter(Long.MAX_VALUE)).afterFile())
                .isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1001, Integer.MAX_VALUE})
    void aLimitOutOfRangeIsRefused(int limit) {
        assertThatThrownBy(() -> PageRequest.of(limit, null))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("from 1 to 1000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "!",
                "x",
                "2026-11-24T00:00:00Z",
                "2026-11-24T00:00:00Z 7",
                "yesterday 00000000-0000-0000-0000-000000000000"
            })
    void aForeignCursorIsRefused(String text) {
        String encoded = Base64.getUrlEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        for (String cursor : new String[] {text, encoded}) {
            assertThatThrownBy(() -> PageRequest.of(null, cursor).afterTask()).isInstanceOf(ProblemException.class);
            assertThatThrownBy(() -> PageRequest.of(null, cursor).afterFile()).isInstanceOf(ProblemException.class);
        }
    }

    @Test
    void onlyWholeUuidsAreTaskIds() {
        UUID id = UUID.randomUUID();
        assertThat(TaskId.parse(id.toString())).contains(id);
        assertThat(TaskId.parse("1-1-1-1-1")).isEmpty();
        assertThat(TaskId.parse("../x")).isEmpty();
    }
}
