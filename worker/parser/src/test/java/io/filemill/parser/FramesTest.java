package io.filemill.parser;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class FramesTest {
    private final ByteArrayOutputStream pipe = new ByteArrayOutputStream();
    private final DataOutputStream output = new DataOutputStream(pipe);

    private DataInputStream input() {
        return new DataInputStream(new ByteArrayInputStream(pipe.toByteArray()));
    }

    @Test
    void readsWhatWasWrittenBlockByBlock() throws IOException {
        var message = "duck ".repeat(50_000).getBytes(UTF_8);
        try (var answer = Frames.answer(output)) {
            answer.write(message);
            answer.write('!');
        }

        assertThat(new String(Frames.read(input()), UTF_8)).isEqualTo(new String(message, UTF_8) + "!");
    }

    @Test
    void closingTwiceEndsTheAnswerOnce() throws IOException {
        var first = Frames.answer(output);
        first.write('a');
        first.close();
        first.close();
        try (var answer = Frames.answer(output)) {
            answer.write('b');
        }

        var input = input();
        assertThat(Frames.read(input)).containsExactly('a');
        assertThat(Frames.read(input)).containsExactly('b');
    }

    @Test
    void refusesARequestThatIsTooLong() throws IOException {
        output.writeInt(Integer.MAX_VALUE);

        assertThatThrownBy(() -> Frames.read(input())).hasMessageContaining("too long");
    }

    @Test
    void endOfThePipeIsTheEndOfTheParent() {
        assertThatThrownBy(() -> Frames.read(input())).isInstanceOf(EOFException.class);
    }
}
