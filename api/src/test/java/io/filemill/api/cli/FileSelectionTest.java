package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileSelectionTest {
    @TempDir
    private Path temporary;

    private Path folder;

    @BeforeEach
    void resolve() throws IOException {
        folder = temporary.toRealPath();
    }

    @Test
    void takesAFolderInTheOrderOfItsNames() throws IOException {
        write("in/c.txt");
        write("in/a/z.txt");
        write("in/b.txt");

        assertThat(names(folder.resolve("in"))).containsExactly("in/a/z.txt", "in/b.txt", "in/c.txt");
    }

    @Test
    void namesASingleFileByItsLastPart() throws IOException {
        assertThat(names(write("in/a b.txt"))).containsExactly("a b.txt");
    }

    @Test
    void leavesOutWhatIsHiddenUnlessItIsNamed() throws IOException {
        write("in/a.txt");
        write("in/.git/config");
        Path hidden = write("in/.hidden");

        FileSelection selection = FileSelection.of(List.of(folder.resolve("in")));

        assertThat(selection.files()).hasSize(1);
        assertThat(selection.leftOut()).isEqualTo("2 hidden");
        assertThat(names(hidden)).containsExactly(".hidden");
    }

    @Test
    void doesNotFollowLinksInAFolderButTakesANamedOne() throws IOException {
        Path outside = write("outside/secret.txt");
        write("in/a.txt");
        Files.createSymbolicLink(folder.resolve("in/link"), folder.resolve("outside"));
        Path link = Files.createSymbolicLink(folder.resolve("in/link.txt"), outside);

        FileSelection selection = FileSelection.of(List.of(folder.resolve("in")));

        assertThat(selection.files()).extracting(SelectedFile::name).containsExactly("in/a.txt");
        assertThat(selection.leftOut()).isEqualTo("2 symbolic links");
        assertThat(names(link)).containsExactly("secret.txt");
    }

    @Test
    void takesAFileThatIsReachedTwiceOnce() throws IOException {
        Path file = write("in/a.txt");

        FileSelection selection = FileSelection.of(List.of(folder.resolve("in"), file));

        assertThat(selection.files()).extracting(SelectedFile::path).containsExactly(file);
        assertThat(selection.leftOut()).isEqualTo("1 named twice");
    }

    @Test
    void givesTwoFilesNeverTheSameName() throws IOException {
        Path first = write("one/a.txt");
        Path second = write("two/a.txt");

        assertThat(names(first, second))
                .containsExactly("a.txt", second.toString().substring(1));
    }

    @Test
    void knowsTheFoldersThatTheFilesAreIn() throws IOException {
        Path file = write("in/a.txt");
        Path other = write("in/b.txt");

        assertThat(FileSelection.of(List.of(file, other, folder)).roots())
                .containsExactly(folder.resolve("in"), folder);
    }

    @Test
    void addsUpTheSizes() throws IOException {
        Files.writeString(folder.resolve("x"), "12345");
        Files.writeString(folder.resolve("y"), "123");

        assertThat(FileSelection.of(List.of(folder)).bytes()).isEqualTo(8);
    }

    @Test
    void saysWhichPathIsMissing() {
        assertThatThrownBy(() -> FileSelection.of(List.of(folder.resolve("missing"))))
                .isInstanceOf(CommandFailure.class)
                .hasMessage("There is no file or folder " + folder.resolve("missing"));
    }

    private List<String> names(Path... paths) {
        return FileSelection.of(List.of(paths)).files().stream()
                .map(SelectedFile::name)
                .toList();
    }

    private Path write(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.resolveSibling("."));
        return Files.writeString(file, "x");
    }
}
