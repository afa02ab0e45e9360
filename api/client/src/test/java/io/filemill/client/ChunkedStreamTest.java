package io.filemill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ChunkedStreamTest {
    private static UploadFile.Content text(String text) {
        return () -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsOneAfterTheOther() throws IOException {
        var stream =
                new ChunkedStream(Stream.of(text("ab"), text(""), text("c")).iterator());

        assertThat(stream.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("abc");
        assertThat(stream.failure()).isEmpty();
    }

    @Test
    void remembersWhyItCouldNotBeRead() throws IOException {
        var gone = new IOException("gone");
        var stream = new ChunkedStream(Stream.<UploadFile.Content>of(text("ab"), () -> {
                    throw gone;
                })
                .iterator());

        assertThat(stream.readNBytes(2)).hasSize(2);
        assertThatThrownBy(stream::read).isSameAs(gone);
        assertThat(stream.failure()).containsSame(gone);
    }
}
