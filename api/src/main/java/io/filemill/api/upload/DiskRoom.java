package io.filemill.api.upload;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The room on the disk where uploaded files are stored, a part of which stays free for the database. */
final class DiskRoom {
    private final Free free;
    private final long reserve;

    /**
     * @param reserve bytes that must stay free
     */
    DiskRoom(Free free, long reserve) {
        this.free = free;
        this.reserve = reserve;
    }

    /** The bytes that may still be written. */
    interface Free {
        long bytes() throws IOException;
    }

    /** The room on the disk of a folder that may not be there yet. */
    static DiskRoom of(Path folder, long reserve) {
        return new DiskRoom(() -> Files.getFileStore(existing(folder)).getUsableSpace(), reserve);
    }

    private static Path existing(Path folder) {
        Path path = folder.toAbsolutePath();
        while (path.getParent() != null && !Files.exists(path)) {
            path = path.getParent();
        }
        return path;
    }

    /**
     * @throws ProblemException if no more than the reserve is free
     * @throws IOException if the disk does not say
     */
    void require() throws IOException {
        if (free.bytes() <= reserve) {
            throw new ProblemException(
                    ProblemType.DISK_FULL,
                    "The disk of the server has no room for more files. Nothing was kept of this request. Tell its operator to make"
                            + " room in the data directory, then send it again.");
        }
    }
}
