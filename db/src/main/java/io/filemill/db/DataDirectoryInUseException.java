package io.filemill.db;

import java.nio.file.Path;

/** Another process uses the data directory. */
public final class DataDirectoryInUseException extends RuntimeException {
    DataDirectoryInUseException(Path dataDir, String owner) {
        super(
                "The data directory " + dataDir + " is in use by another Filemill process (pid " + owner
                        + "). Talk to that one (FILEMILL_HOST, FILEMILL_PORT), stop it, or set FILEMILL_DATA_DIR to another directory.");
    }
}
