package io.filemill.db.listing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.db.listing.FolderWalk.Step;
import io.filemill.db.task.NewFileTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderWalkTest {
    private final Met met = new Met();
    private Path root;

    private static final class Met implements FolderWalk.Receiver {
        private final List<String> told = new ArrayList<>();

        @Override
        public void file(NewFileTask file) {
            told.add(file.item());
        }

        @Override
        public void leftOut(LeftOut entry) {
            told.add(entry.item() + ": " + entry.reason());
        }

        @Override
        public void unreadable(Unreadable entry) {
            told.add(entry.item() + ": " + entry.reason());
        }
    }

    private record Position(int told, List<String> position, Set<String> linkedFolders) {}

    @BeforeEach
    void createRoot(@TempDir Path folder) throws IOException {
        root = Files.createDirectory(folder.toRealPath().resolve("root"));
    }

    private void file(String name) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, name);
    }

    private void link(String name, String target) throws IOException {
        Files.createSymbolicLink(root.resolve(name), root.resolve(target));
    }

    private FolderWalk walk(@Nullable String glob, Met to, List<String> position, Set<String> linkedFolders) {
        return new FolderWalk(
                new Source(root.toString(), glob), path -> path.startsWith(root), to, position, linkedFolders);
    }

    private List<Position> walkToTheEnd(@Nullable String glob) {
        FolderWalk walk = walk(glob, met, List.of(), Set.of());
        List<Position> positions = new ArrayList<>();
        do {
            positions.add(
                    new Position(met.told.size(), List.copyOf(walk.position()), Set.copyOf(walk.linkedFolders())));
        } while (walk.advance(() -> false) == Step.MET);
        assertThat(walk.hasEnded()).isTrue();
        return positions;
    }

    private void assertGoesOnFromEveryPosition(@Nullable String glob) {
        for (Position from : walkToTheEnd(glob)) {
            var rest = new Met();
            FolderWalk walk = walk(glob, rest, from.position(), from.linkedFolders());
            while (walk.advance(() -> false) == Step.MET) {
                assertThat(rest.told.size()).isLessThanOrEqualTo(met.told.size());
            }
            assertThat(rest.told)
                    .as("from %s", from.position())
                    .isEqualTo(met.told.subList(from.told(), met.told.size()));
        }
    }

    private void createTree() throws IOException {
        file("a/1");
        file("a/b/2");
        file("a/b/c/3");
        file("a-b");
        file("a.b/4");
        file("b");
        file("é/5");
        file("\uD83D\uDE00/6");
        file("z/7");
        file(".hidden/8");
        Files.createDirectories(root.resolve("empty/also empty"));
        link("broken", "nowhere");
        link("linked", "z");
        link("linked again", "z");
        link("out", "../elsewhere");
        link("a/up", "..");
        link("a/b/to itself", "..");
        link("z/to a", "../a");
    }

    @Test
    void meetsFoldersInTheOrderOfTheirNames() throws IOException {
        file("b/2");
        file("b/1");
        file("a");
        file("c");

        List<Position> ignored = walkToTheEnd(null);

        assertThat(met.told).containsExactly(root + "/a", root + "/b/1", root + "/b/2", root + "/c");
    }

    @Test
    void goesOnFromEveryPositionWithWhatIsLeft() throws IOException {
        createTree();

        assertGoesOnFromEveryPosition(null);

        assertThat(met.told)
                .contains(
                        root + "/a/b/c/3",
                        root + "/\uD83D\uDE00/6",
                        root + "/.hidden: hidden",
                        root + "/broken: there is no such file or folder",
                        root + "/linked again: a symbolic link to a folder that is listed already");
    }

    @Test
    void goesOnFromEveryPositionOfAGlob() throws IOException {
        createTree();

        assertGoesOnFromEveryPosition("**/[0-9]");
        assertThat(met.told).contains(root + "/a/b/c/3").doesNotContain(root + "/a-b", root + "/.hidden: hidden");

        met.told.clear();
        assertGoesOnFromEveryPosition("*");
        assertThat(met.told).contains(root + "/a-b", root + "/b").doesNotContain(root + "/a/1");
    }

    @Test
    void goesOnWhereTheEntryAtThePositionIsGone() throws IOException {
        file("a/1");
        file("a/3");
        file("b");

        FolderWalk walk = walk(null, met, List.of("a", "2"), Set.of());
        while (walk.advance(() -> false) == Step.MET) {
            assertThat(met.told).hasSizeLessThan(3);
        }
        assertThat(met.told).containsExactly(root + "/a/3", root + "/b");

        met.told.clear();
        FolderWalk other = walk(null, met, List.of("aa", "2", ""), Set.of());
        while (other.advance(() -> false) == Step.MET) {
            assertThat(met.told).hasSizeLessThan(2);
        }
        assertThat(met.told).containsExactly(root + "/b");
    }

    @Test
    void aFolderThatCannotBeOpenedIsToldOnce() throws IOException {
        Files.delete(root);

        FolderWalk walk = walk(null, met, List.of(), Set.of());

        assertThat(walk.advance(() -> false)).isEqualTo(Step.MET);
        assertThat(walk.hasEnded()).isTrue();
        assertThat(walk.advance(() -> false)).isEqualTo(Step.ENDED);
        assertThat(met.told).containsExactly(root + ": there is no such file or folder");
    }

    @Test
    void aFolderThatVanishedSinceThePositionIsTold() throws IOException {
        file("a/1");
        Files.delete(root.resolve("a/1"));
        Files.delete(root.resolve("a"));
        link("a", "nowhere");
        file("b");

        FolderWalk walk = walk(null, met, List.of("a", "1"), Set.of());
        while (walk.advance(() -> false) == Step.MET) {
            assertThat(met.told).hasSizeLessThan(3);
        }

        assertThat(met.told).containsExactly(root + "/a: there is no such file or folder", root + "/b");
    }

    @Test
    void stopsWhileItReadsALargeFolderAndHasMetNothingOfIt() throws IOException {
        for (int i = 0; i < 600; i++) {
            file("large/" + i);
        }
        FolderWalk walk = walk(null, met, List.of(), Set.of());
        assertThat(walk.advance(() -> true)).isEqualTo(Step.MET); // the root is small

        List<String> before = List.copyOf(walk.position());
        assertThat(walk.advance(() -> true)).isEqualTo(Step.STOPPED);

        assertThat(walk.position()).isEqualTo(before);
        assertThat(met.told).isEmpty();
        while (walk.advance(() -> false) == Step.MET) {
            assertThat(met.told).hasSizeLessThanOrEqualTo(600);
        }
        assertThat(met.told).hasSize(600);
    }

    @Test
    void refusesGlobsThatCannotBeMatched() {
        Stream.of("[.pdf", "*a*b*c*d*e")
                .forEach(glob -> assertThatThrownBy(() -> Selection.of(Path.of(glob)))
                        .as(glob)
                        .isInstanceOf(IllegalArgumentException.class));
    }
}
