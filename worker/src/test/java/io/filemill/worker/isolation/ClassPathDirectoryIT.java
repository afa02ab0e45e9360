package io.filemill.worker.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassPathDirectoryIT {
    private static final String FOLDER = "filemill-parser";

    @TempDir
    private Path parent = Path.of("");

    private static List<Path> files(String classPath) throws IOException {
        assertThat(classPath).endsWith("/*");
        try (var files = Files.list(Path.of(classPath.substring(0, classPath.length() - 2)))) {
            return files.sorted().toList();
        }
    }

    private String layOut() {
        try {
            return ClassPathDirectory.layOut(FOLDER, parent);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void laysOutTheJarsOnce() throws IOException {
        var first = files(layOut());
        var time = Files.getLastModifiedTime(first.get(0));

        var second = files(layOut());

        assertThat(first)
                .hasSizeGreaterThan(50)
                .allSatisfy(file -> assertThat(file.toString()).endsWith(".jar"));
        assertThat(second).isEqualTo(first);
        assertThat(Files.getLastModifiedTime(second.get(0))).isEqualTo(time);
    }

    @Test
    void repairsAJarThatWasCutShort() throws IOException {
        var jar = files(layOut()).get(0);
        var size = Files.size(jar);
        Files.writeString(jar, "cut");

        layOut();

        assertThat(jar).hasSize(size);
    }

    @Test
    void mayBeDoneByTwoAtOnce() throws IOException {
        var both = Stream.of(1, 2)
                .map(i -> CompletableFuture.supplyAsync(this::layOut, task -> new Thread(task).start()))
                .toList();

        assertThat(both.get(0).join()).isEqualTo(both.get(1).join());
        assertThat(files(both.get(0).join()))
                .allSatisfy(file -> assertThat(file.toString()).endsWith(".jar"));
    }

    @Test
    void saysThatThereAreNoJars() {
        assertThatThrownBy(() -> ClassPathDirectory.layOut("no-such-folder", parent))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no-such-folder");
    }
}
