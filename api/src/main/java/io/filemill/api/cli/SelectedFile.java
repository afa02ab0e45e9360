package io.filemill.api.cli;

import java.io.File;
import java.nio.file.Path;

/**
 * A file that a person wants to have processed.
 *
 * @param path where it is, absolute and without links
 * @param base the folder that its name starts from; the file system's root gives the whole path
 */
record SelectedFile(Path path, Path base) {
    /** The name that the server is told, with slashes. */
    String name() {
        String name = base.relativize(path).toString();
        return File.separatorChar == '/' ? name : name.replace(File.separatorChar, '/');
    }
}
