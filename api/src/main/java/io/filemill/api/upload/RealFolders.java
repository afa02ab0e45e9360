package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the folders of many paths really are, and remembers the last ones, so that a million files in a few folders need a few looks
 * at the disk. Whether the files are there, and are no links, is for the worker to see. For use by one thread.
 */
final class RealFolders {
    private static final int REMEMBERED = 1000;
    private static final Set<String> NO_NAMES = Set.of(".", "..");

    private final IngestRoots roots;
    private final Map<Path, Path> remembered = new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Path> eldest) {
            return size() > REMEMBERED;
        }
    };

    RealFolders(IngestRoots roots) {
        this.roots = roots;
    }

    /**
     * The path of a file under the real path of its folder, as far as that exists.
     *
     * @throws ProblemException if it is not an absolute path of a file in the ingest roots
     */
    String resolve(String named) {
        roots.requireAny();
        Path path = IngestRoots.absolute(named);
        Path folder = path.getParent();
        if (folder == null || NO_NAMES.contains(path.getFileName().toString())) {
            throw ProblemException.invalid("The path " + named + " does not name a file.");
        }
        Path real = remembered.computeIfAbsent(folder, RealFolders::real).resolve(path.getFileName());
        roots.require(named, real);
        return real.toString();
    }

    private static Path real(Path folder) {
        for (Path part = folder; part != null; part = part.getParent()) {
            Path real = existing(part);
            if (real != null) {
                return real.resolve(part.relativize(folder)).normalize();
            }
        }
        return folder.normalize();
    }

    private static @Nullable Path existing(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return null;
        }
    }
}
