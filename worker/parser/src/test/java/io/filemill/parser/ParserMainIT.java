package io.filemill.parser;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

@Timeout(120)
class ParserMainIT {
    private static final Limits LIMITS = new Limits(20_000_000, 1_000, 10, 1L << 31);

    private final JsonMapper json = new JsonMapper();
    private final Path temporary;
    private final Path files;
    private final Process process;
    private final DataOutputStream requests;
    private final DataInputStream answers;

    ParserMainIT(@TempDir Path directory) throws IOException {
        temporary = Files.createDirectory(directory.resolve("temporary"));
        files = Files.createDirectory(directory.resolve("files"));
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ParserMain.class.getName(),
                        temporary.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        requests = new DataOutputStream(process.getOutputStream());
        answers = new DataInputStream(process.getInputStream());
    }

    @AfterEach
    void kill() {
        process.destroyForcibly();
    }

    private void request(Path file, long timeoutMillis) throws IOException {
        var request = json.writeValueAsBytes(
                new ParseRequest(file.toString(), String.valueOf(file.getFileName()), LIMITS, timeoutMillis));
        requests.writeInt(request.length);
        requests.write(request);
        requests.writeInt(0);
        requests.flush();
    }

    private ParseAnswer answer() throws IOException {
        var message = new ByteArrayOutputStream();
        for (var length = answers.readInt(); length != 0; length = answers.readInt()) {
            message.write(answers.readNBytes(Math.max(length, 0))); // less than none is a sign of life
        }
        return json.readValue(message.toByteArray(), ParseAnswer.class);
    }

    private Path text(String content) throws IOException {
        return Files.writeString(files.resolve("a.txt"), content);
    }

    @Test
    void answersOneRequestAfterTheOther() throws IOException {
        request(text("Ducks swim."), 60_000);
        assertThat(answer().segments()).extracting(Segment::text).containsExactly("Ducks swim.");

        request(files.resolve("gone.txt"), 60_000);
        assertThat(answer().status()).isEqualTo(ParseAnswer.Status.UNREADABLE);

        request(text("Geese fly."), 60_000);
        assertThat(answer().segments()).extracting(Segment::text).containsExactly("Geese fly.");
    }

    @Test
    void expandsTheEntitiesOfHonestDocuments() throws IOException {
        var xml = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY duck \"Duck\">]><a>" + "&duck; ".repeat(100) + "</a>";

        request(Files.writeString(files.resolve("book.xml"), xml), 60_000);

        assertThat(answer().segments())
                .extracting(Segment::text)
                .containsExactly("Duck ".repeat(100).strip());
    }

    @Test
    void tellsAtOnceThatItWorksOnTheRequest() throws IOException {
        request(text("Ducks swim."), 60_000);

        assertThat(answers.readInt()).isEqualTo(-1);
    }

    @Test
    void endsWithItsParentAndCleansUp() throws Exception {
        request(text("Ducks swim."), 60_000);
        answer();
        Files.writeString(temporary.resolve("left"), "over", UTF_8);

        requests.close();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(temporary).doesNotExist();
    }

    @Test
    void endsItselfAfterTheDeadlineWhateverItIsDoing() throws Exception {
        request(text("word ".repeat(2_000_000)), 1);

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(4);
    }

    @Test
    void outlivesASignalThatIsMeantForItsParent() throws Exception {
        request(text("Ducks swim."), 60_000);
        answer();

        process.toHandle().destroy(); // unlike process.destroy() it leaves the pipes open

        request(text("Geese fly."), 60_000);
        assertThat(answer().segments()).extracting(Segment::text).containsExactly("Geese fly.");
    }
}
