package io.filemill.api.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Stream;

/**
 * The files under some paths, in the order of the paths and of the names below each.
 *
 * <p>A path that is named is taken as it is, also if it is hidden or a link. Below a folder, hidden files and folders are left out, and links
 * are not followed, so that nothing outside of the folder is ever taken. A file that is reached twice is taken once.
 */
final class FileSelection {
    private final List<SelectedFile> files = new ArrayList<>();
    private final List<Path> roots = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();
    private final Set<Path> taken = new HashSet<>();
    private final Set<String> names = new HashSet<>();
    private final boolean severalRoots;
    private long bytes;
    private long hidden;
    private long links;
    private long special;
    private long repeated;

    private FileSelection(boolean severalRoots) {
        this.severalRoots = severalRoots;
    }

    /**
     * Looks up the files.
     *
     * @throws CommandFailure if one of the paths is not there, or cannot be looked into
     */
    static FileSelection of(Collection<Path> paths) {
        var selection = new FileSelection(paths.size() > 1);
        for (Path path : paths) {
            selection.add(path);
        }
        return selection;
    }

    private void add(Path path) {
        try {
            Path root = path.toRealPath();
            Path parent = root.getParent();
            Path folder = parent == null || Files.isDirectory(root) ? root : parent;
            if (!roots.contains(folder)) {
                roots.add(folder);
            }
            int before = files.size();
            Files.walkFileTree(root, new Collector(root, parent == null ? root : parent));
            files.subList(before, files.size()).sort(Comparator.comparing(SelectedFile::path));
        } catch (NoSuchFileException e) {
            throw new CommandFailure("There is no file or folder " + path, e);
        } catch (AccessDeniedException e) {
            throw new CommandFailure("No permission to read " + path, e);
        } catch (IOException e) {
            throw new CommandFailure("Cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    List<SelectedFile> files() {
        return files;
    }

    /** Where the files are. */
    Stream<String> paths() {
        return files.stream().map(file -> file.path().toString());
    }

    /** The folders that all files are in. */
    List<Path> roots() {
        return roots;
    }

    /** The size of all files together. */
    long bytes() {
        return bytes;
    }

    /** Files and folders that could not be read, each with the reason. */
    List<String> unreadable() {
        return unreadable;
    }

    /** What was left out on purpose, or an empty string. */
    String leftOut() {
        var parts = new StringJoiner(", ");
        describe(parts, hidden, "hidden");
        describe(parts, links, links == 1 ? "symbolic link" : "symbolic links");
        describe(parts, special, "not a regular file");
        describe(parts, repeated, "named twice");
        return parts.toString();
    }

    private static void describe(StringJoiner parts, long count, String what) {
        if (count > 0) {
            parts.add(count + " " + what);
        }
    }

    private void take(Path file, Path base, long size) {
        if (!Files.isReadable(file)) {
            unreadable.add(file + ": no permission to read it");
        } else if (!Path.of(file.toString()).equals(file)) {
            unreadable.add(file + ": its name is not valid UTF-8");
        } else if (severalRoots && !taken.add(file)) {
            repeated++;
        } else {
            var selected = new SelectedFile(file, base);
            if (severalRoots && !names.add(selected.name())) {
                // Two folders may hold the same name; the whole path tells them apart.
                selected = new SelectedFile(file, file.getRoot());
            }
            files.add(selected);
            bytes += size;
        }
    }

    private final class Collector extends SimpleFileVisitor<Path> {
        private final Path root;
        private final Path base;

        Collector(Path root, Path base) {
            this.root = root;
            this.base = base;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            if (isHidden(folder)) {
                hidden++;
                return FileVisitResult.SKIP_SUBTREE;
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (isHidden(file)) {
                hidden++;
            } else if (attributes.isSymbolicLink()) {
                links++;
            } else if (!attributes.isRegularFile()) {
                special++;
            } else {
                take(file, base, attributes.size());
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (file.equals(root)) {
                throw e;
            }
            unreadable.add(
                    file + ": " + (e instanceof AccessDeniedException ? "no permission to read it" : e.getMessage()));
            return FileVisitResult.CONTINUE;
        }

        private boolean isHidden(Path path) {
            return !path.equals(root) && path.getFileName().toString().startsWith(".");
        }
    }
}
