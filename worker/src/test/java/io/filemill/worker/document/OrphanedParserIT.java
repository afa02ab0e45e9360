package io.filemill.worker.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class OrphanedParserIT {
    @Test
    void parserInAnEndlessLoopEndsWithinSecondsOfTheKillOfItsNode(@TempDir Path directory) throws Exception {
        var isLooping = directory.resolve("looping");
        var file = Files.writeString(directory.resolve("a.cbl"), "loop\n" + isLooping);
        var node = start(file);
        try {
            await().atMost(Duration.ofMinutes(1)).until(() -> Files.exists(isLooping));
            var parser = node.children().toList();
            assertThat(parser).singleElement().matches(ProcessHandle::isAlive);

            node.destroyForcibly().waitFor();

            await().atMost(Duration.ofSeconds(5)).until(() -> parser.stream().noneMatch(ProcessHandle::isAlive));
        } finally {
            node.descendants().forEach(ProcessHandle::destroyForcibly);
            node.destroyForcibly();
        }
    }

    private static Process start(Path file) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ParserHolder.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
