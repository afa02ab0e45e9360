package io.filemill.api.upload;

import io.filemill.api.ApiProperties;
import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** The folders of this server that a task may name paths in; none unless configured. */
@Component
final class IngestRoots {
    /** No file system of ours has longer paths. */
    private static final int MAX_LENGTH = 4096;

    private final List<Path> roots;

    @Autowired
    IngestRoots(ApiProperties properties) {
        this(properties.ingestRoots());
    }

    /**
     * @param joined absolute folders, separated like the entries of a class path
     * @throws IllegalArgumentException if one of them is not there
     */
    IngestRoots(String joined) {
        List<Path> found = new ArrayList<>();
        for (String root : joined.split(File.pathSeparator, -1)) {
            if (!root.isBlank()) {
                found.add(root(root.strip()));
            }
        }
        roots = List.copyOf(found);
    }

    private static Path root(String root) {
        Path path = Path.of(root);
        try {
            if (path.isAbsolute() && Files.isDirectory(path)) {
                return path.toRealPath();
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "FILEMILL_INGEST_ROOTS names " + root + ", which cannot be read: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(
                "FILEMILL_INGEST_ROOTS names " + root
                        + ", which is not the absolute path of a folder that exists. Correct the setting or create the folder.");
    }

    /** Whether a real path lies in one of the folders or is one of them. */
    boolean contain(Path real) {
        return roots.stream().anyMatch(real::startsWith);
    }

    /** The real paths of the folders. */
    List<String> names() {
        return roots.stream().map(Path::toString).toList();
    }

    /** @throws ProblemException if no folder is configured */
    void requireAny() {
        if (roots.isEmpty()) {
            throw new ProblemException(
                    ProblemType.PATH_NOT_ALLOWED,
                    "This server reads no files of its own. Set FILEMILL_INGEST_ROOTS to the folders that it may read,"
                            + " or send the files as multipart/form-data.");
        }
    }

    /**
     * @param named what the client wrote, for the message
     * @throws ProblemException if the real path is outside of the folders
     */
    void require(String named, Path real) {
        if (!contain(real)) {
            throw new ProblemException(
                    ProblemType.PATH_NOT_ALLOWED,
                    "The path " + named
                            + " is outside of the folders in FILEMILL_INGEST_ROOTS. Name a path in one of them,"
                            + " or send the files as multipart/form-data.");
        }
    }

    /**
     * Tells the same of a path that does not exist, so that nobody learns what exists elsewhere.
     *
     * @throws ProblemException if what exists of it is outside of the folders
     */
    void requireExistingPart(String named, Path path) {
        for (Path part = path; part != null; part = part.getParent()) {
            Optional<Path> real = real(part);
            if (real.isPresent()) {
                require(named, real.get());
                return;
            }
        }
    }

    /** @throws ProblemException if it is outside of the folders, or leads to another path, which a worker would not open */
    void requireRealPath(String named) {
        requireAny();
        Path path = absolute(named);
        requireExistingPart(named, path);
        Optional<Path> real = real(path);
        if (real.isPresent() && !real.get().equals(path)) {
            throw ProblemException.invalid("The item " + named + " is another name of " + real.get() + ". Name that.");
        }
    }

    private static Optional<Path> real(Path path) {
        try {
            return Optional.of(path.toRealPath());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** @throws ProblemException if it is not a folder in one of the folders */
    void requireFolder(String named) {
        requireAny();
        Path path = absolute(named);
        try {
            Path real = path.toRealPath();
            require(named, real);
            if (Files.isDirectory(real)) {
                return;
            }
        } catch (IOException e) {
            requireExistingPart(named, path);
        }
        throw ProblemException.invalid("There is no folder " + named + " on this server.");
    }

    /** @throws ProblemException if it is not an absolute path, or longer than any can be */
    static Path absolute(String named) {
        if (named.length() > MAX_LENGTH) {
            throw ProblemException.invalid("A path is longer than " + MAX_LENGTH + " characters. It begins with "
                    + named.substring(0, 100) + "….");
        }
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
}
