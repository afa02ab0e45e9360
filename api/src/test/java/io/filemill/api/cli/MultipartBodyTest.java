package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.api.cli.FakeServer.Part;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MultipartBodyTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain.txt",
                "with space.txt",
                "Äpfel & 果物.txt",
                "semi;colon='x'.txt",
                "back\\slash.txt",
                "100%.txt"
            })
    void aServerReadsTheNameAsItIs(String name) throws IOException {
        assertThat(read(file(name, "content"))).containsExactly(new Part("file", name, "content"));
    }

    @Test
    void whatWouldEndANameIsPercentEncoded() throws IOException {
        assertThat(read(file("say \"hi\"\r\nX-Evil: 1\n.txt", "content")))
                .containsExactly(new Part("file", "say %22hi%22%0D%0AX-Evil: 1%0A.txt", "content"));
    }

    @Test
    void aLongNameStaysWhole() throws IOException {
        String name = "a-rather-long-folder-name/".repeat(40) + "x.txt";

        assertThat(read(file(name, ""))).containsExactly(new Part("file", name, ""));
    }

    @Test
    void contentArrivesByteForByte() throws IOException {
        String content = "line\r\n--boundary\r\n".repeat(10_000);

        assertThat(read(file("a", content), file("b", ""), file("c", "\r\n")))
                .extracting(Part::content)
                .containsExactly(content, "", "\r\n");
    }

    @Test
    void anEmptyListIsStillABody() throws IOException {
        var out = new ByteArrayOutputStream();

        new MultipartBody("b", Map.of(), List.of(), sent -> {}).writeTo(out);

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("--b--\r\n");
    }

    @Test
    void tellsHowManyBytesOfFilesAreSent() throws IOException {
        var files = List.of(file("a", "12"), file("b", ""), file("c", "345"));
        var sent = new ArrayList<Long>();

        new MultipartBody("b", Map.of(), files, sent::add).writeTo(OutputStream.nullOutputStream());

        assertThat(sent).containsExactly(2L, 5L);
    }

    @Test
    void aFileThatIsGoneIsNamedAndTheOthersArrive() throws IOException {
        SelectedFile gone = file("gone.txt", "x");
        var files = List.of(file("a", "1"), gone, file("b", "2"));
        Files.delete(gone.path());
        var body = new MultipartBody("--x", Map.of(), files, sent -> {});

        assertThat(read(body)).extracting(Part::filename).containsExactly("a", "b");
        assertThat(body.unsent()).containsExactly(gone.path() + ": it could not be opened any more");
    }

    private static List<Part> read(SelectedFile... files) throws IOException {
        return read(new MultipartBody("filemill-1", Map.of(), List.of(files), sent -> {}));
    }

    private static List<Part> read(MultipartBody body) throws IOException {
        var out = new ByteArrayOutputStream();
        body.writeTo(out);
        return FakeServer.read(body.contentType(), new ByteArrayInputStream(out.toByteArray()));
    }

    /** A file of that name below the test's folder. */
    private SelectedFile file(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, content);
        return new SelectedFile(file, folder);
    }
}
