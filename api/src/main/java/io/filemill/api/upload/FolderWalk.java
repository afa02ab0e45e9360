package io.filemill.api.upload;

import io.filemill.db.task.NewFileTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The wanted files below one folder, each under its real path. Hidden names are left out, and links are followed only where they stay in
 * the ingest roots and lead to a folder that no other link led to. For use by one thread.
 */
final class FolderWalk implements Iterator<NewFileTask>, AutoCloseable {
    private final Selection selection;
    private final IngestRoots roots;
    private final IgnoredItems ignored;
    private final Deque<Folder> open = new ArrayDeque<>();
    private final Set<Path> linkedFolders = new HashSet<>();
    private @Nullable NewFileTask next;

    FolderWalk(Path folder, Selection selection, IngestRoots roots, IgnoredItems ignored) throws IOException {
        this.selection = selection;
        this.roots = roots;
        this.ignored = ignored;
        open.push(Folder.open(folder, Path.of("")));
    }

    /**
     * A folder that is being read.
     *
     * @param relative its path below the first one
     */
    private record Folder(Path path, Path relative, DirectoryStream<Path> stream, Iterator<Path> entries) {
        @SuppressWarnings("StreamResourceLeak") // the walk closes it
        static Folder open(Path path, Path relative) throws IOException {
            DirectoryStream<Path> stream = Files.newDirectoryStream(path);
            return new Folder(path, relative, stream, stream.iterator());
        }
    }

    @Override
    public boolean hasNext() {
        while (next == null && !open.isEmpty()) {
            next = nextIn(open.element());
        }
        return next != null;
    }

    @Override
    public NewFileTask next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException();
        }
        NewFileTask file = next;
        next = null;
        return file;
    }

    private @Nullable NewFileTask nextIn(Folder folder) {
        try {
            if (folder.entries().hasNext()) {
                return visit(folder.entries().next(), folder);
            }
        } catch (DirectoryIteratorException e) {
            ignored.add(folder.path().toString(), "cannot be read to its end");
        }
        close(open.pop());
        return null;
    }

    private @Nullable NewFileTask visit(Path entry, Folder folder) {
        Path relative = folder.relative().resolve(entry.getFileName());
        boolean wanted = selection.wants(relative);
        if (entry.getFileName().toString().startsWith(".")) {
            if (wanted) {
                ignored.add(entry.toString(), "hidden");
            }
            return null;
        }
        try {
            var attributes = Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.isSymbolicLink()
                    ? follow(entry, relative, wanted)
                    : take(entry, attributes, relative, wanted);
        } catch (IOException e) {
            ignored.add(entry.toString(), e);
            return null;
        }
    }

    private @Nullable NewFileTask follow(Path link, Path relative, boolean wanted) throws IOException {
        Path real = link.toRealPath();
        if (!roots.contain(real)) {
            ignored.add(link.toString(), "a symbolic link that leaves the ingest roots");
            return null;
        }
        var attributes = Files.readAttributes(real, BasicFileAttributes.class);
        if (attributes.isDirectory() && (isOpen(real) || !linkedFolders.add(real))) {
            ignored.add(link.toString(), "a symbolic link to a folder that is listed already");
            return null;
        }
        return take(real, attributes, relative, wanted);
    }

    private boolean isOpen(Path real) {
        return open.stream().anyMatch(folder -> folder.path().equals(real));
    }

    private @Nullable NewFileTask take(Path real, BasicFileAttributes attributes, Path relative, boolean wanted)
            throws IOException {
        if (attributes.isDirectory()) {
            if (open.size() < selection.depth()) {
                open.push(Folder.open(real, relative));
            }
            return null;
        }
        return wanted ? ignored.fileTask(real, attributes) : null;
    }

    private static void close(Folder folder) {
        try {
            folder.stream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            close(open.pop());
        }
    }
}
