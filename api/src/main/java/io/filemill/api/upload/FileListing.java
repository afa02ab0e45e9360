package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import io.filemill.db.task.NewFileTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The regular files under paths of this server, found one by one while they are asked for, so that memory does not grow with their number.
 * A path names a file, a folder with all that is in it, or a glob. For use by one thread.
 */
final class FileListing implements Iterator<NewFileTask>, AutoCloseable {
    private final IngestRoots roots;
    private final Iterator<String> paths;
    private final IgnoredItems ignored;
    private @Nullable FolderWalk walk;
    private @Nullable NewFileTask next;

    /**
     * @param ignored where what is left out is kept
     * @throws ProblemException if no path may be named at all
     */
    FileListing(IngestRoots roots, List<String> paths, IgnoredItems ignored) {
        roots.requireAny();
        this.roots = roots;
        this.paths = paths.iterator();
        this.ignored = ignored;
    }

    /** @throws ProblemException if a path is outside of the ingest roots or is not absolute */
    @Override
    public boolean hasNext() {
        while (next == null) {
            if (walk != null && walk.hasNext()) {
                next = walk.next();
            } else if (paths.hasNext()) {
                next = begin(paths.next());
            } else {
                return false;
            }
        }
        return true;
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

    private @Nullable NewFileTask begin(String named) {
        Path path = IngestRoots.absolute(named);
        try {
            Path real = path.toRealPath();
            roots.require(named, real);
            var attributes = Files.readAttributes(real, BasicFileAttributes.class);
            if (!attributes.isDirectory()) {
                return ignored.fileTask(real, attributes);
            }
            walk = new FolderWalk(real, Selection.EVERYTHING, roots, ignored);
        } catch (NoSuchFileException | NotDirectoryException e) {
            beginMissing(named, path);
        } catch (IOException e) {
            roots.requireExistingPart(named, path);
            ignored.add(named, e);
        }
        return null;
    }

    /** A path that does not exist as it is may be a glob. */
    private void beginMissing(String named, Path path) {
        int literal = Selection.literalElements(path);
        if (literal == path.getNameCount()) {
            roots.requireExistingPart(named, path);
            ignored.add(named, "there is no such file or folder");
            return;
        }
        Path root = path.getRoot();
        Path folder = literal == 0 ? root : root.resolve(path.subpath(0, literal));
        try {
            Path real = folder.toRealPath();
            roots.require(named, real);
            walk = new FolderWalk(real, Selection.of(path.subpath(literal, path.getNameCount())), roots, ignored);
        } catch (IOException e) {
            roots.requireExistingPart(named, folder);
            ignored.add(named, e);
        }
    }

    @Override
    public void close() {
        if (walk != null) {
            walk.close();
        }
    }
}
