package io.filemill.api.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A file that lists files of the server.
 *
 * @param contentType how it is written
 */
record ManifestFile(Path path, String contentType) {
    /**
     * Tells by its name how a manifest is written.
     *
     * @throws CommandFailure if there is no such file, or its name does not tell
     */
    static ManifestFile of(Path path) {
        String name = path.toString().toLowerCase(Locale.ROOT);
        if (!Files.isRegularFile(path)) {
            throw new CommandFailure("There is no file " + path);
        }
        if (name.endsWith(".csv")) {
            return new ManifestFile(path, "text/csv");
        }
        if (name.endsWith(".ndjson") || name.endsWith(".jsonl")) {
            return new ManifestFile(path, "application/x-ndjson");
        }
        throw new CommandFailure(
                "The name of a manifest must end in .ndjson, .jsonl or .csv, which " + path + " does not.");
    }

    /** What a server of this process opens for it besides what the environment names: the folder that it lies in. */
    List<Path> roots() {
        try {
            Path folder = path.toRealPath().getParent();
            return folder == null ? List.of() : List.of(folder);
        } catch (IOException e) {
            throw new CommandFailure("Cannot read " + path + ": " + e.getMessage(), e);
        }
    }
}
