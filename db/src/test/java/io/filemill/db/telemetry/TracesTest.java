package io.filemill.db.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import org.junit.jupiter.api.Test;

class TracesTest {
    private static final String SAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @Test
    void thereAreNoneWithoutAnEndpoint() {
        try (Traces traces = Traces.to("")) {
            assertThat(traces.areOn()).isFalse();
            assertThat(traces.tracer().spanBuilder("span").startSpan().isRecording())
                    .isFalse();
            assertThat(Traces.current()).isNull();
        }
    }

    @Test
    void aContextSurvivesAsText() {
        try (var ignored = Traces.context(SAMPLED).makeCurrent()) {
            assertThat(Traces.current()).isEqualTo(SAMPLED);
            assertThat(Traces.traceId(SAMPLED)).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        }
    }

    @Test
    void whatIsNotSampledIsNotKept() {
        try (var ignored = Traces.context(SAMPLED.replaceAll("01$", "00")).makeCurrent()) {
            assertThat(Traces.current()).isNull();
        }
    }

    @Test
    void nonsenseNamesNoContext() {
        for (String text : new String[] {"", "nonsense", SAMPLED + "x", SAMPLED.replace('4', 'X')}) {
            assertThat(Span.fromContext(Traces.context(text)).getSpanContext().isValid())
                    .as(text)
                    .isFalse();
        }
    }
}
