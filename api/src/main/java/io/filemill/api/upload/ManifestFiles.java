package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.db.task.NewFileTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files that a manifest names, one by one, so that memory does not grow with their number. A problem tells on which line it is. For use
 * by one thread.
 */
final class ManifestFiles implements Iterator<NewFileTask> {
    static final int MAX_FILES = 10_000_000;

    private final Manifest manifest;
    private final RealFolders folders;
    private final EarlierUploads earlier;
    private final boolean itemsArePaths;
    private final int maxFiles;
    private int count;
    private @Nullable NewFileTask next;

    /**
     * @param earlier gives the bytes of earlier uploads to the new task
     * @param itemsArePaths whether the processor takes its items for paths
     */
    ManifestFiles(Manifest manifest, RealFolders folders, EarlierUploads earlier, boolean itemsArePaths) {
        this(manifest, folders, earlier, itemsArePaths, MAX_FILES);
    }

    ManifestFiles(Manifest manifest, RealFolders folders, EarlierUploads earlier, boolean itemsArePaths, int maxFiles) {
        this.manifest = manifest;
        this.folders = folders;
        this.earlier = earlier;
        this.itemsArePaths = itemsArePaths;
        this.maxFiles = maxFiles;
    }

    /** @throws ProblemException if the next line is not as it should be */
    @Override
    public boolean hasNext() {
        if (next == null) {
            next = read().orElse(null);
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

    private Optional<NewFileTask> read() {
        try {
            Optional<NewFileTask> file = manifest.next().map(this::file);
            if (file.isPresent() && ++count > maxFiles) {
                throw new ProblemException(
                        ProblemType.TOO_LARGE,
                        "A manifest can have " + maxFiles + " lines. Send the others as another task.");
            }
            return file;
        } catch (ProblemException e) {
            throw new ProblemException(
                    e.type(),
                    "Line " + manifest.line() + " of the manifest: " + e.detail() + " Nothing of it was accepted.",
                    Map.of("line", manifest.line()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private NewFileTask file(ManifestEntry entry) {
        String named = entry.item();
        if (named != null && entry.uploadedFileId() != null) {
            requireText("item", named);
            return earlier.again(entry.uploadedFileId(), named, filename(entry, named));
        }
        String item = item(entry);
        return NewFileTask.notStored(item, filename(entry, item));
    }

    private static String filename(ManifestEntry entry, String item) {
        String filename = entry.filename();
        if (filename != null && !filename.isEmpty()) {
            requireText("filename", filename);
        }
        return filename == null || filename.isBlank() ? Items.displayName(item) : filename;
    }

    private String item(ManifestEntry entry) {
        String named = entry.item();
        if (named == null || itemsArePaths) {
            String path = named == null ? String.valueOf(entry.path()) : named;
            requireText("path", path);
            String real = folders.resolve(path);
            requireText("path", real);
            return real;
        }
        requireText("item", named);
        if (named.startsWith("/")) { // a worker opens it as a file, whatever the processor
            String real = folders.resolve(named);
            if (!real.equals(named)) {
                throw ProblemException.invalid("The item " + named + " is another name of " + real + ". Name that.");
            }
        }
        return named;
    }

    private static void requireText(String what, String text) {
        if (text.isEmpty() || !Items.isText(text) || Items.isTooLong(text)) {
            throw ProblemException.invalid("Its " + what + " must have 1 to " + Items.MAX_BYTES
                    + " bytes and must contain neither the character U+0000 nor half a surrogate pair, but begins with \""
                    + text.substring(0, Math.min(text.length(), 50)).replace('\0', '?') + "\".");
        }
    }
}
