package io.filemill.api.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseEntity;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.context.request.ServletWebRequest;

class EntityTagTest {
    private final AtomicInteger bodies = new AtomicInteger();

    private record Answered(ResponseEntity<Integer> entity, String tag) {}

    private Answered answer(EntityTag tag, String ifNoneMatch) {
        var request = new MockHttpServletRequest("GET", "/");
        request.addHeader("If-None-Match", ifNoneMatch);
        var response = new MockHttpServletResponse();
        ResponseEntity<Integer> entity = tag.answer(new ServletWebRequest(request, response), bodies::incrementAndGet);
        return new Answered(entity, String.valueOf(response.getHeader("ETag")));
    }

    @Test
    void theSameVersionsHaveTheSameWeakTag() {
        String tag = answer(EntityTag.of("a", "b"), "\"\"").tag();

        assertThat(tag).matches("W/\"[A-Za-z0-9_-]{22}\"");
        assertThat(answer(EntityTag.of(List.of("a", "b")), "\"\"").tag()).isEqualTo(tag);
        assertThat(answer(EntityTag.of("ab"), "\"\"").tag()).isNotEqualTo(tag);
        assertThat(answer(EntityTag.of("b", "a"), "\"\"").tag()).isNotEqualTo(tag);
        assertThat(answer(EntityTag.of("a", "b", ""), "\"\"").tag()).isNotEqualTo(tag);
    }

    @Test
    void aClientThatHasTheAnswerGetsNoBody() {
        EntityTag tag = EntityTag.of("a");
        String known = answer(tag, "\"other\"").tag();
        bodies.set(0);

        for (String ifNoneMatch : List.of(known, "\"x\", " + known, known.substring(2))) {
            Answered answered = answer(tag, ifNoneMatch);
            assertThat(answered.entity().getStatusCode().value()).isEqualTo(304);
            assertThat(answered.entity().getHeaders().getCacheControl()).isEqualTo("no-cache");
            assertThat(answered.tag()).isEqualTo(known);
        }
        assertThat(bodies).hasValue(0);
    }

    @Test
    void aClientWithAnotherAnswerGetsTheBody() {
        Answered answered =
                answer(EntityTag.of("a"), answer(EntityTag.of("b"), "\"\"").tag());

        assertThat(answered.entity().getStatusCode().value()).isEqualTo(200);
        assertThat(answered.entity().getHeaders().getCacheControl()).isEqualTo("no-cache");
        assertThat(answered.entity().getBody()).isEqualTo(2);
    }
}
