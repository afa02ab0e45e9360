package io.filemill.api.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.api.upload.IgnoredItems.Ignored;
import io.filemill.db.listing.LeftOut;
import io.filemill.db.listing.NewListing;
import io.filemill.db.listing.Source;
import io.filemill.db.listing.Unreadable;
import io.filemill.db.task.NewFileTask;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileListingTest {
    private static final FileListing.Limit UNLIMITED = new FileListing.Limit(Duration.ofHours(1), Integer.MAX_VALUE);

    private final IgnoredItems ignored = new IgnoredItems();
    private Path root;
    private Path outside;

    @BeforeEach
    void createFolders(@TempDir Path folder) throws IOException {
        Path real = folder.toRealPath();
        root = Files.createDirectory(real.resolve("root"));
        outside = Files.createDirectory(real.resolve("outside"));
    }

    private Path file(String name) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "content");
    }

    private FileListing listing(FileListing.Limit limit, String... paths) {
        return new FileListing(new IngestRoots(root.toString()), List.of(paths), ignored, limit);
    }

    private List<String> list(String... paths) {
        List<String> items = new ArrayList<>();
        listing(UNLIMITED, paths).forEachRemaining(file -> items.add(file.item()));
        return items;
    }

    private List<String> ignoredNames() {
        return ignored.first().stream()
                .map(Ignored::item)
                .map(item -> Path.of(item).getFileName().toString())
                .toList();
    }

    @Test
    void findsEveryFileInAFolderWithItsNameAndSize() throws IOException {
        file("a.txt");
        file("deep/er/b.txt");
        assertThat(listing(UNLIMITED, root.toString()))
                .toIterable()
                .containsExactly(
                        new NewFileTask(root + "/a.txt", "a.txt", null, 7L, null),
                        new NewFileTask(root + "/deep/er/b.txt", "b.txt", null, 7L, null));
        assertThat(ignored.count()).isZero();
    }

    @Test
    void takesAFileThatIsNamedEvenIfItIsHidden() throws IOException {
        assertThat(list(file(".hidden").toString())).containsExactly(root + "/.hidden");
    }

    @Test
    void leavesOutHiddenFilesAndFoldersWithTheReason() throws IOException {
        file(".git/config");
        file(".hidden");
        file("seen");
        assertThat(list(root.toString())).containsExactly(root + "/seen");
        assertThat(ignored.first())
                .containsExactlyInAnyOrder(
                        new Ignored(root + "/.git", "hidden"), new Ignored(root + "/.hidden", "hidden"));
    }

    @Test
    void leavesOutWhatIsNoRegularFile() throws IOException {
        Path socket = root.resolve("socket");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            assertThat(list(root.toString())).isEmpty();
            assertThat(list(socket.toString())).isEmpty();
        }
        assertThat(ignored.first())
                .containsExactly(
                        new Ignored(socket.toString(), "not a regular file"),
                        new Ignored(socket.toString(), "not a regular file"));
    }

    @Test
    void followsALinkThatStaysInTheRootsToTheRealFile() throws IOException {
        Path target = file("a/real.txt");
        Files.createDirectory(root.resolve("b"));
        Files.createSymbolicLink(root.resolve("b/link.txt"), target);
        assertThat(list(root.resolve("b").toString())).containsExactly(target.toString());
    }

    @Test
    void doesNotFollowALinkOutOfTheRoots() throws IOException {
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createSymbolicLink(root.resolve("file-link"), outside.resolve("secret"));
        Files.createSymbolicLink(root.resolve("folder-link"), outside);
        assertThat(list(root.toString())).isEmpty();
        assertThat(ignored.first())
                .extracting(Ignored::reason)
                .containsExactly(
                        "a symbolic link that leaves the ingest roots", "a symbolic link that leaves the ingest roots");
    }

    @Test
    void refusesALinkOutOfTheRootsThatIsNamed() throws IOException {
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createSymbolicLink(root.resolve("link"), outside);
        Stream.of("/link", "/link/secret", "/link/*", "/link/nothing", "/../outside/secret")
                .forEach(path -> assertThatThrownBy(() -> list(root + path))
                        .as(path)
                        .isInstanceOfSatisfying(
                                ProblemException.class,
                                e -> assertThat(e.type()).isEqualTo(ProblemType.PATH_NOT_ALLOWED)));
    }

    @Test
    void refusesPathsOutsideOfTheRootsWhetherTheyExistOrNot() {
        Stream.of(outside.toString(), outside + "/nothing", "/etc/passwd", "/", root + "x", "/*")
                .forEach(path -> assertThatThrownBy(() -> list(path))
                        .as(path)
                        .isInstanceOfSatisfying(
                                ProblemException.class,
                                e -> assertThat(e.type()).isEqualTo(ProblemType.PATH_NOT_ALLOWED)));
    }

    @Test
    void refusesAllPathsWhereNoRootIsConfigured() {
        assertThatThrownBy(() -> new FileListing(new IngestRoots(""), List.of(root.toString()), ignored, UNLIMITED))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.PATH_NOT_ALLOWED))
                .hasMessageContaining("FILEMILL_INGEST_ROOTS");
    }

    @Test
    void refusesPathsThatAreNotAbsolute() {
        Stream.of("a.txt", "./a", "", "~/a", "a\0b")
                .forEach(path -> assertThatThrownBy(() -> list(path))
                        .as(path)
                        .isInstanceOfSatisfying(
                                ProblemException.class,
                                e -> assertThat(e.type()).isEqualTo(ProblemType.INVALID_REQUEST)));
    }

    @Test
    void endsWhereLinksGoRoundInCircles() throws IOException {
        file("a/1");
        file("b/2");
        Files.createSymbolicLink(root.resolve("a/up"), root);
        Files.createSymbolicLink(root.resolve("a/to-b"), root.resolve("b"));
        Files.createSymbolicLink(root.resolve("b/to-a"), root.resolve("a"));
        assertThat(list(root.toString())).contains(root + "/a/1", root + "/b/2").hasSizeLessThan(10);
        assertThat(ignored.first())
                .extracting(Ignored::reason)
                .contains("a symbolic link to a folder that is listed already");
    }

    @Test
    void aBrokenLinkIsIgnoredWithTheReason() throws IOException {
        Files.createSymbolicLink(root.resolve("link"), root.resolve("nowhere"));
        assertThat(list(root.toString())).isEmpty();
        assertThat(ignored.first()).containsExactly(new Ignored(root + "/link", "there is no such file or folder"));
    }

    @Test
    void aMissingPathIsIgnoredWithTheReason() throws IOException {
        file("a");
        assertThat(list(root + "/nothing", root + "/a")).containsExactly(root + "/a");
        assertThat(ignored.first()).containsExactly(new Ignored(root + "/nothing", "there is no such file or folder"));
    }

    @Test
    void aGlobFindsTheFilesOfOneLevel() throws IOException {
        file("a.pdf");
        file("b.txt");
        file("deep/c.pdf");
        file(".hidden.pdf");
        file(".hidden.txt");
        assertThat(list(root + "/*.pdf")).containsExactly(root + "/a.pdf");
        assertThat(ignoredNames()).containsExactly(".hidden.pdf");
    }

    @Test
    void aGlobWithTwoStarsFindsTheFilesOfAnyLevel() throws IOException {
        file("a.pdf");
        file("x/b.pdf");
        file("x/y/z/c.pdf");
        file("x/y/z/d.txt");
        assertThat(list(root + "/**/*.pdf"))
                .containsExactlyInAnyOrder(root + "/a.pdf", root + "/x/b.pdf", root + "/x/y/z/c.pdf");
        assertThat(list(root + "/x/**/*.{pdf,txt}"))
                .containsExactlyInAnyOrder(root + "/x/b.pdf", root + "/x/y/z/c.pdf", root + "/x/y/z/d.txt");
        assertThat(list(root + "/*/y/**")).containsExactlyInAnyOrder(root + "/x/y/z/c.pdf", root + "/x/y/z/d.txt");
    }

    @Test
    void aNameThatLooksLikeAGlobButExistsIsTakenAsItIs() throws IOException {
        file("a[1].pdf");
        file("a1.pdf");
        assertThat(list(root + "/a[1].pdf")).containsExactly(root + "/a[1].pdf");
    }

    @Test
    void aGlobThatCannotBeReadIsRefused() {
        assertThatThrownBy(() -> list(root + "/[.pdf"))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.INVALID_REQUEST));
    }

    @Test
    void whatIsBeyondTheLimitIsLeftToANode() throws IOException {
        file("a/1");
        file("a/2");
        file("b/3");
        file("c.txt");
        Files.createSymbolicLink(root.resolve("a/0"), root.resolve("nowhere"));
        file("a/.hidden");

        FileListing listing = listing(
                new FileListing.Limit(Duration.ofHours(1), 2),
                root + "/a",
                root + "/c.txt",
                root + "/**/3",
                root + "/b");

        assertThat(listing).toIterable().extracting(NewFileTask::filename).containsExactly("1", "c.txt");
        NewListing rest = listing.rest().orElseThrow();
        assertThat(rest.roots()).containsExactly(root.toString());
        assertThat(rest.sources())
                .containsExactly(
                        new Source(root + "/a", null),
                        new Source(root.toString(), "**/3"),
                        new Source(root + "/b", null));
        assertThat(rest.position()).containsExactly("1");
        assertThat(rest.unreadable()).extracting(Unreadable::item).containsExactly(root + "/a/0");
        assertThat(rest.leftOut()).containsExactly(new LeftOut(root + "/a/.hidden", "hidden"));
    }

    @Test
    void nothingIsLeftIfTheLimitIsReachedWithTheLastFile() throws IOException {
        file("1");
        file("2");

        FileListing listing = listing(new FileListing.Limit(Duration.ofHours(1), 2), root.toString());

        assertThat(listing).toIterable().hasSize(2);
        assertThat(listing.rest()).isEmpty();
    }

    @Test
    void aFolderThatCannotBeReadInTimeIsLeftAsAWhole() throws IOException {
        for (int i = 0; i < 1000; i++) {
            file("large/" + i);
        }

        FileListing listing = listing(new FileListing.Limit(Duration.ZERO, 2), root.toString());

        assertThat(listing).toIterable().isEmpty();
        assertThat(listing.rest().orElseThrow().position()).isEmpty();
    }

    @Test
    void aPathOutsideOfTheRootsIsRefusedAlsoBeyondTheLimit() throws IOException {
        file("1");
        FileListing listing = listing(new FileListing.Limit(Duration.ZERO, 0), root.toString(), outside.toString());

        assertThatThrownBy(listing::hasNext).isInstanceOf(ProblemException.class);
    }

    @Test
    void onlyTheFirstThousandIgnoredItemsAreKept() {
        for (int i = 0; i < 1500; i++) {
            ignored.add("item " + i, "reason");
        }
        assertThat(ignored.count()).isEqualTo(1500);
        assertThat(ignored.first()).hasSize(1000);
    }

    @Test
    void rootsMustBeFoldersThatExist() throws IOException {
        Path file = file("a");
        Stream.of(root + "/nothing", file.toString(), "relative")
                .forEach(path -> assertThatThrownBy(() -> new IngestRoots(root + ":" + path))
                        .as(path)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("FILEMILL_INGEST_ROOTS names " + path));
    }
}
