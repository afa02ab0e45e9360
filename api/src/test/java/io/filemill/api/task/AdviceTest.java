package io.filemill.api.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.failure.Component;
import io.filemill.db.failure.Failure;
import io.filemill.db.failure.Phase;
import org.junit.jupiter.api.Test;

class AdviceTest {
    @Test
    void tellsWhatHelpsAgainstAKnownCause() {
        assertThat(Advice.on(Failure.ofFile("ENCRYPTED", Phase.PARSING, "It is encrypted.")))
                .startsWith("Remove the password");
    }

    @Test
    void tellsWhoShouldActOnTheCodeOfSomebodysOwnProcessor() {
        assertThat(Advice.on(Failure.ofFile("TOO_BLURRED", Phase.PARSING, "It is blurred.")))
                .contains("Change the files");
        assertThat(Advice.on(Failure.ofInstallation("NO_LICENCE", Component.FLOW, Phase.EMBEDDING, "No licence.")))
                .contains("whoever runs the server");
        assertThat(Advice.on(Failure.passing("BUSY", Component.FLOW, Phase.EMBEDDING, "Busy.")))
                .contains("Retry after a while");
    }
}
