package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.db.task.NewFileTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The regular files under paths of this server, found one by one while they are asked for, so that memory does not grow with their number.
 * A path names a file, a folder with all that is in it, or a glob like {@code /data/**}{@code /*.pdf}. Each file appears under its real path.
 *
 * <p>A path that is named is taken even if it is hidden or a link. Below it, hidden names are left out, and links are followed only where
 * they stay in the ingest roots. What is left out is kept in {@link IgnoredItems} with the reason. For use by one thread.
 */
final class FileListing implements Iterator<NewFileTask>, AutoCloseable {
    private static final Pattern GLOB_CHARACTER = Pattern.compile("[*?\\[{\\\\]");

    private final IngestRoots roots;
    private final Iterator<String> paths;
    private final IgnoredItems ignored;
    private final Deque<Folder> open = new ArrayDeque<>();
    private final Set<Path> linkedFolders = new HashSet<>();
    private Selection selection = Selection.EVERYTHING;
    private @Nullable NewFileTask next;

    /**
     * @throws ProblemException if no path may be named at all
     */
    FileListing(IngestRoots roots, List<String> paths, IgnoredItems ignored) {
        if (roots.none()) {
            throw new ProblemException(
                    ProblemType.PATH_NOT_ALLOWED,
                    "This server reads no files of its own. Set FILEMILL_INGEST_ROOTS to the folders that it may read, or send the files"
                            + " as multipart/form-data.");
        }
        this.roots = roots;
        this.paths = paths.iterator();
        this.ignored = ignored;
    }

    /**
     * Which files below a folder are wanted.
     *
     * @param glob matches their paths relative to the folder, or null for all
     * @param depth how many levels below the folder they can be
     */
    private record Selection(@Nullable PathMatcher glob, int depth) {
        static final Selection EVERYTHING = new Selection(null, Integer.MAX_VALUE);

        boolean wants(Path relative) {
            return glob == null || glob.matches(relative);
        }
    }

    /**
     * A folder that is being read.
     *
     * @param relative its path below the folder that was named
     */
    private record Folder(Path path, Path relative, DirectoryStream<Path> stream, Iterator<Path> entries) {}

    /** @throws ProblemException if a path lies outside of the ingest roots or is not absolute */
    @Override
    public boolean hasNext() {
        while (next == null) {
            Folder folder = open.peek();
            if (folder != null) {
                next = nextIn(folder);
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
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        NewFileTask file = next;
        next = null;
        assert file != null;
        return file;
    }

    private @Nullable NewFileTask begin(String named) {
        Path path = absolute(named);
        try {
            Path real = path.toRealPath();
            requireInRoots(named, real);
            selection = Selection.EVERYTHING;
            return take(real, Path.of(""), Files.readAttributes(real, BasicFileAttributes.class));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return beginMissing(named, path);
        } catch (IOException e) {
            requireInRoots(named, path.normalize());
            ignored.add(named, reason(e));
            return null;
        }
    }

    /** A path that does not exist as it is may be a glob. */
    private @Nullable NewFileTask beginMissing(String named, Path path) {
        int segments = 0;
        while (segments < path.getNameCount()
                && !GLOB_CHARACTER.matcher(path.getName(segments).toString()).find()) {
            segments++;
        }
        if (segments == path.getNameCount()) {
            requireInRoots(named, path.normalize());
            ignored.add(named, "there is no such file or folder");
            return null;
        }
        Path root = path.getRoot();
        Path base = segments == 0 ? root : root.resolve(path.subpath(0, segments));
        try {
            Path real = base.toRealPath();
            requireInRoots(named, real);
            selection = glob(path.subpath(segments, path.getNameCount()));
            push(real, Path.of(""));
        } catch (IOException e) {
            requireInRoots(named, base.normalize());
            ignored.add(named, reason(e));
        }
        return null;
    }

    private static Selection glob(Path pattern) {
        String glob = pattern.toString();
        // Java's ** between slashes wants at least one folder, but people mean any number of them.
        String anyDepth = glob.replace("/**/", "{/,/**/}").replaceFirst("^\\*\\*/", "{,**/}");
        try {
            return new Selection(
                    FileSystems.getDefault().getPathMatcher("glob:" + anyDepth),
                    glob.contains("**") || glob.contains("{") ? Integer.MAX_VALUE : pattern.getNameCount());
        } catch (PatternSyntaxException e) {
            throw ProblemException.invalid("The glob " + glob + " is not valid: " + e.getDescription() + ".");
        }
    }

    private static Path absolute(String named) {
        try {
            Path path = Path.of(named);
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException e) {
            throw ProblemException.invalid("A path is not valid: " + e.getReason() + ".");
        }
        throw ProblemException.invalid(
                "The path " + named + " is not absolute. Name it from the root of the file system on.");
    }

    private void requireInRoots(String named, Path path) {
        if (!roots.contain(path)) {
            throw new ProblemException(
                    ProblemType.PATH_NOT_ALLOWED,
                    "The path " + named
                            + " is outside of the folders in FILEMILL_INGEST_ROOTS. Name a path in one of them, or send the files as"
                            + " multipart/form-data.");
        }
    }

    private @Nullable NewFileTask nextIn(Folder folder) {
        try {
            if (folder.entries().hasNext()) {
                return take(folder.entries().next(), folder);
            }
        } catch (DirectoryIteratorException e) {
            ignored.add(folder.path().toString(), "cannot be read to its end: " + reason(e.getCause()));
        }
        close(open.pop());
        return null;
    }

    private @Nullable NewFileTask take(Path entry, Folder folder) {
        Path relative = folder.relative().resolve(entry.getFileName());
        boolean wanted = selection.wants(relative);
        if (entry.getFileName().toString().startsWith(".")) {
            return ignore(wanted, entry, "hidden");
        }
        try {
            var attributes = Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isSymbolicLink()) {
                return takeLinked(entry, relative, wanted);
            }
            return attributes.isDirectory() || wanted ? take(entry, relative, attributes) : null;
        } catch (IOException e) {
            return ignore(wanted, entry, reason(e));
        }
    }

    private @Nullable NewFileTask takeLinked(Path link, Path relative, boolean wanted) throws IOException {
        Path real = link.toRealPath();
        if (!roots.contain(real)) {
            return ignore(true, link, "a symbolic link that leaves the ingest roots");
        }
        var attributes = Files.readAttributes(real, BasicFileAttributes.class);
        if (attributes.isDirectory() && (isOpen(real) || !linkedFolders.add(real))) {
            return ignore(true, link, "a symbolic link to a folder that is listed already");
        }
        return attributes.isDirectory() || wanted ? take(real, relative, attributes) : null;
    }

    private boolean isOpen(Path real) {
        return open.stream().anyMatch(folder -> folder.path().equals(real));
    }

    private @Nullable NewFileTask take(Path real, Path relative, BasicFileAttributes attributes) throws IOException {
        if (attributes.isDirectory()) {
            if (open.size() < selection.depth()) {
                push(real, relative);
            }
            return null;
        }
        if (!attributes.isRegularFile()) {
            return ignore(true, real, "not a regular file");
        }
        String item = real.toString();
        if (Items.isTooLong(item)) {
            return ignore(true, real, "its path is longer than " + Items.MAX_BYTES + " bytes");
        }
        if (!isSameAfterwards(real)) {
            return ignore(true, real, "its name is not valid in the character encoding of this server");
        }
        return new NewFileTask(item, Items.displayName(item), null, attributes.size(), null);
    }

    private static boolean isSameAfterwards(Path path) {
        try {
            return Path.of(path.toString()).equals(path);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private void push(Path real, Path relative) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(real);
        open.push(new Folder(real, relative, stream, stream.iterator()));
    }

    private @Nullable NewFileTask ignore(boolean wanted, Path path, String reason) {
        if (wanted) {
            ignored.add(path.toString(), reason);
        }
        return null;
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file or folder";
        }
        if (e instanceof AccessDeniedException) {
            return "no permission to read it";
        }
        return "cannot be read: " + e.getMessage();
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
