package io.filemill.db.listing;

import io.filemill.db.task.NewFileTask;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Meets all that is below a folder, one entry at a time, each folder's names in the order of their characters. A walk that is made with the
 * {@link #position} and the {@link #linkedFolders} of another one meets what that one has not met yet.
 *
 * <p>Hidden names are left out, and links are followed only where they stay in the ingest roots and lead to a folder that no other link
 * led to. Keeps the names of the folders between the first one and the position, and no file open. For use by one thread.
 */
public final class FolderWalk {
    /** A walk remembers each folder that a link led to. */
    static final int MOST_LINKED_FOLDERS = 10_000;

    private static final int NAMES_BETWEEN_LOOKS = 256;

    private final Selection selection;
    private final Predicate<Path> allowed;
    private final Receiver receiver;
    private final Set<String> linkedFolders;
    private final Deque<Folder> open = new ArrayDeque<>();
    private @Nullable Path start;
    private final List<String> begin;
    private List<String> position;

    /** Is told what a walk meets. */
    public interface Receiver {
        /** A wanted file, under its real path. */
        void file(NewFileTask file);

        /** Something that is not wanted for a reason that is not the selection's. */
        void leftOut(LeftOut entry);

        /** Something that would be wanted, or a folder that may have files that would be. */
        void unreadable(Unreadable entry);
    }

    /** How {@link #advance} ended. */
    public enum Step {
        /** One entry further. */
        MET,
        /** There is nothing more. */
        ENDED,
        /** Told to stop while it read a large folder; nothing of that folder has been met. */
        STOPPED
    }

    /** A folder that is open, its names, and which comes next. */
    private static final class Folder {
        private final Path path;
        private final Path relative;
        private final List<String> position;
        private final List<String> names;
        private int next;

        Folder(Path path, Path relative, List<String> position, List<String> names) {
            this.path = path;
            this.relative = relative;
            this.position = position;
            this.names = names;
        }
    }

    private record Names(List<String> sorted, @Nullable IOException failure) {}

    /**
     * @param allowed whether a real path may be read
     * @param position where to go on; empty to begin
     * @param linkedFolders the folders that links have led to so far
     */
    public FolderWalk(
            Source source,
            Predicate<Path> allowed,
            Receiver receiver,
            List<String> position,
            Collection<String> linkedFolders) {
        this.selection = source.selection();
        this.allowed = allowed;
        this.receiver = receiver;
        this.linkedFolders = new LinkedHashSet<>(linkedFolders);
        this.start = Path.of(source.folder());
        this.begin = List.copyOf(position);
        this.position = begin;
    }

    /** The names from the first folder to the entry that was met last; an empty one at the end stands for a folder that is open. */
    public List<String> position() {
        return position;
    }

    /** The folders that links led to, in the order in which they were met. */
    public Set<String> linkedFolders() {
        return linkedFolders;
    }

    /** Whether {@link #advance} would find nothing more. */
    public boolean hasEnded() {
        Folder current = open.peek();
        if (start != null || (current != null && current.next < current.names.size())) {
            return false;
        }
        return open.stream().allMatch(folder -> folder.next == folder.names.size());
    }

    /**
     * Meets the next entry and tells the receiver of it, unless it is a folder that can be read or a file that the selection does not want.
     *
     * @param enough asked now and then while a folder is read
     */
    public Step advance(BooleanSupplier enough) {
        if (start != null) {
            Path first = start;
            if (!open(first, Path.of(""), List.of(), begin, enough)) {
                return Step.STOPPED;
            }
            start = null;
            return Step.MET;
        }
        while (!open.isEmpty()) {
            Folder folder = open.element();
            if (folder.next < folder.names.size()) {
                String name = folder.names.get(folder.next);
                if (!visit(folder, name, enough)) {
                    return Step.STOPPED;
                }
                folder.next++;
                return Step.MET;
            }
            open.pop();
        }
        return Step.ENDED;
    }

    /**
     * Opens a folder, and the folders in it that lead to a position.
     *
     * @param rest the position, from this folder on; empty to tell of the folder itself and to begin with its first name
     * @return false if there was enough before its names were read
     */
    private boolean open(Path path, Path relative, List<String> at, List<String> rest, BooleanSupplier enough) {
        Names names;
        try {
            names = read(path, enough);
        } catch (IOException e) {
            tell(Unreadable.of(path.toString(), e));
            position = at;
            return true;
        }
        if (names == null) {
            return false;
        }
        if (names.failure() != null) {
            tell(Unreadable.of(path.toString(), names.failure()));
        }
        var folder = new Folder(path, relative, at, names.sorted());
        open.push(folder);
        if (rest.isEmpty()) {
            position = with(at, "");
            return true;
        }
        position = concat(at, rest);
        int found = Collections.binarySearch(folder.names, rest.get(0));
        folder.next = found < 0 ? -found - 1 : found + 1;
        if (found >= 0 && rest.size() > 1 && !reopen(folder, rest, enough)) {
            open.pop();
            return false;
        }
        return true;
    }

    /** Goes into a folder again that another walk was in. */
    private boolean reopen(Folder parent, List<String> rest, BooleanSupplier enough) {
        String name = rest.get(0);
        Path entry = parent.path.resolve(name);
        try {
            Path real = Files.isSymbolicLink(entry) ? entry.toRealPath() : entry;
            if (!allowed.test(real) || !Files.isDirectory(real)) {
                return true; // something else is there by now
            }
            return open(
                    real,
                    parent.relative.resolve(name),
                    with(parent.position, name),
                    rest.subList(1, rest.size()),
                    enough);
        } catch (IOException e) {
            tell(Unreadable.of(entry.toString(), e));
            return true;
        }
    }

    private static @Nullable Names read(Path folder, BooleanSupplier enough) throws IOException {
        List<String> names = new ArrayList<>();
        IOException failure = null;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            Iterator<Path> iterator = entries.iterator();
            while (iterator.hasNext()) {
                names.add(iterator.next().getFileName().toString());
                if (names.size() % NAMES_BETWEEN_LOOKS == 0 && enough.getAsBoolean()) {
                    return null;
                }
            }
        } catch (DirectoryIteratorException e) {
            failure = new IOException("its end could not be reached", e);
        }
        names.sort(null);
        return new Names(names, failure);
    }

    private boolean visit(Folder folder, String name, BooleanSupplier enough) {
        List<String> at = with(folder.position, name);
        Path entry = child(folder.path, name);
        if (entry == null) {
            String item = folder.path + "/" + name;
            tell(new Unreadable(item, "UNREADABLE", "its name is not valid in the character encoding of this server"));
            position = at;
            return true;
        }
        Path relative = folder.relative.resolve(name);
        boolean wanted = selection.wants(relative);
        if (name.startsWith(".")) {
            if (wanted) {
                receiver.leftOut(new LeftOut(entry.toString(), "hidden"));
            }
            position = at;
            return true;
        }
        try {
            var attributes = Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isDirectory()) {
                return enter(entry, relative, at, enough);
            }
            if (attributes.isSymbolicLink()) {
                return follow(entry, relative, at, wanted, enough);
            }
            if (wanted) {
                take(entry, attributes);
            }
        } catch (IOException e) {
            tell(Unreadable.of(entry.toString(), e));
        }
        position = at;
        return true;
    }

    /** Null if the name in bytes is not the one that its characters stand for. */
    private static @Nullable Path child(Path folder, String name) {
        try {
            Path entry = folder.resolve(name);
            return name.indexOf('\uFFFD') < 0 || Files.exists(entry, LinkOption.NOFOLLOW_LINKS) ? entry : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private boolean follow(Path link, Path relative, List<String> at, boolean wanted, BooleanSupplier enough)
            throws IOException {
        Path real = link.toRealPath();
        if (!allowed.test(real)) {
            receiver.leftOut(new LeftOut(link.toString(), "a symbolic link that leaves the ingest roots"));
            position = at;
            return true;
        }
        var attributes = Files.readAttributes(real, BasicFileAttributes.class);
        if (!attributes.isDirectory()) {
            if (wanted) {
                take(real, attributes);
            }
            position = at;
            return true;
        }
        if (isOpen(real) || linkedFolders.contains(real.toString())) {
            receiver.leftOut(new LeftOut(link.toString(), "a symbolic link to a folder that is listed already"));
            position = at;
            return true;
        }
        if (linkedFolders.size() >= MOST_LINKED_FOLDERS) {
            tell(new Unreadable(
                    link.toString(),
                    "UNREADABLE",
                    "it is one of more than " + MOST_LINKED_FOLDERS + " symbolic links to folders"));
            position = at;
            return true;
        }
        if (!enter(real, relative, at, enough)) {
            return false;
        }
        linkedFolders.add(real.toString());
        return true;
    }

    private boolean isOpen(Path real) {
        return open.stream().anyMatch(folder -> folder.path.equals(real));
    }

    private boolean enter(Path real, Path relative, List<String> at, BooleanSupplier enough) {
        if (open.size() < selection.depth()) {
            return open(real, relative, at, List.of(), enough);
        }
        position = at;
        return true;
    }

    private void take(Path real, BasicFileAttributes attributes) {
        String item = real.toString();
        if (!attributes.isRegularFile()) {
            receiver.leftOut(new LeftOut(item, "not a regular file"));
        } else if (NewFileTask.isTooLong(item)) {
            receiver.leftOut(new LeftOut(item, "its path is longer than " + NewFileTask.MAX_ITEM_BYTES + " bytes"));
        } else {
            receiver.file(new NewFileTask(item, real.getFileName().toString(), null, attributes.size(), null));
        }
    }

    private void tell(Unreadable entry) {
        if (NewFileTask.isTooLong(entry.item())) {
            receiver.leftOut(new LeftOut(entry.item(), entry.reason()));
        } else {
            receiver.unreadable(entry);
        }
    }

    private static List<String> with(List<String> position, String name) {
        return concat(position, List.of(name));
    }

    private static List<String> concat(List<String> one, List<String> other) {
        List<String> both = new ArrayList<>(one.size() + other.size());
        both.addAll(one);
        both.addAll(other);
        return both;
    }
}
