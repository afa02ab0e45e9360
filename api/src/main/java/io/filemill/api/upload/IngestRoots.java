package io.filemill.api.upload;

import io.filemill.api.ApiProperties;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** The folders of this server that a task may name paths in; none unless configured. */
@Component
final class IngestRoots {
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
                found.add(folder(root.strip()));
            }
        }
        roots = List.copyOf(found);
    }

    private static Path folder(String root) {
        Path path = Path.of(root);
        try {
            if (path.isAbsolute() && Files.isDirectory(path)) {
                return path.toRealPath();
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "FILEMILL_INGEST_ROOTS names " + root + ", which cannot be read: " + e, e);
        }
        throw new IllegalArgumentException(
                "FILEMILL_INGEST_ROOTS names " + root
                        + ", which is not the absolute path of a folder that exists. Correct the setting or create the folder.");
    }

    /** Whether no folder is configured. */
    boolean none() {
        return roots.isEmpty();
    }

    /** Whether a path lies in one of the folders or is one of them. Only true for real paths if links must not lead out. */
    boolean contain(Path path) {
        return roots.stream().anyMatch(path::startsWith);
    }
}
