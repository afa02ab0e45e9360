package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import io.filemill.db.listing.FolderWalk;
import io.filemill.db.listing.FoundFiles;
import io.filemill.db.listing.LeftOut;
import io.filemill.db.listing.NewListing;
import io.filemill.db.listing.Selection;
import io.filemill.db.listing.Source;
import io.filemill.db.listing.Unreadable;
import io.filemill.db.task.NewFileTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The regular files under paths of this server, found one by one while they are asked for, so that memory does not grow with their number.
 * A path names a file, a folder with all that is in it, or a glob. Folders are walked up to a limit; what is beyond it is the
 * {@link #rest()}, which a node lists. All paths are checked here. For use by one thread.
 */
final class FileListing implements FoundFiles {
    private final IngestRoots roots;
    private final Iterator<String> paths;
    private final IgnoredItems ignored;
    private final Limit limit;
    private final long began = System.nanoTime();
    private final List<Unreadable> unreadable = new ArrayList<>();
    private final List<Source> left = new ArrayList<>();
    private List<String> position = List.of();
    private List<String> linkedFolders = List.of();
    private int found;
    private @Nullable Source source;
    private @Nullable FolderWalk walk;
    private @Nullable NewFileTask next;

    /**
     * How far folders are walked.
     *
     * @param time for all of them
     * @param files that may be found in them
     */
    record Limit(Duration time, int files) {
        /** So that a client gets its answer in half a second. */
        static final Limit OF_A_REQUEST = new Limit(Duration.ofMillis(200), 1000);
    }

    /**
     * @param ignored where what is left out is kept
     * @throws ProblemException if no path may be named at all
     */
    FileListing(IngestRoots roots, List<String> paths, IgnoredItems ignored, Limit limit) {
        roots.requireAny();
        this.roots = roots;
        this.paths = paths.iterator();
        this.ignored = ignored;
        this.limit = limit;
    }

    /** @throws ProblemException if a path is outside of the ingest roots or is not absolute */
    @Override
    public boolean hasNext() {
        while (next == null) {
            if (walk != null && source != null) {
                advance(walk, source);
            } else if (paths.hasNext()) {
                next = begin(paths.next());
            } else {
                if (left.isEmpty()) {
                    unreadable.forEach(entry -> ignored.add(entry.item(), entry.reason()));
                    unreadable.clear();
                }
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

    @Override
    public Optional<NewListing> rest() {
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of(new NewListing(
                        roots.names(),
                        List.copyOf(left),
                        position,
                        linkedFolders,
                        List.copyOf(unreadable),
                        ignored.first().stream()
                                .map(entry -> new LeftOut(entry.item(), entry.reason()))
                                .toList(),
                        ignored.count()));
    }

    private void advance(FolderWalk current, Source walked) {
        boolean stopped = isEnough() || current.advance(this::isEnough) == FolderWalk.Step.STOPPED;
        if (stopped && !current.hasEnded()) {
            left.add(walked);
            position = List.copyOf(current.position());
            linkedFolders = List.copyOf(current.linkedFolders());
        }
        if (stopped || current.hasEnded()) {
            walk = null;
        }
    }

    private boolean isEnough() {
        return found >= limit.files()
                || System.nanoTime() - began > limit.time().toNanos();
    }

    /** Tells the listing what its walks meet. */
    private final class Met implements FolderWalk.Receiver {
        @Override
        public void file(NewFileTask file) {
            found++;
            next = file;
        }

        @Override
        public void leftOut(LeftOut entry) {
            ignored.add(entry.item(), entry.reason());
        }

        @Override
        public void unreadable(Unreadable entry) {
            found++;
            unreadable.add(entry);
        }
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
            begin(new Source(real.toString(), null));
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
            begin(new Source(real.toString(), glob(path.subpath(literal, path.getNameCount()))));
        } catch (IOException e) {
            roots.requireExistingPart(named, folder);
            ignored.add(named, e);
        }
    }

    private static String glob(Path glob) {
        try {
            Selection ignored = Selection.of(glob);
            return glob.toString();
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid(String.valueOf(e.getMessage()));
        }
    }

    private void begin(Source begun) {
        if (left.isEmpty()) {
            source = begun;
            walk = new FolderWalk(begun, roots::contain, new Met(), List.of(), List.of());
        } else {
            left.add(begun);
        }
    }
}
