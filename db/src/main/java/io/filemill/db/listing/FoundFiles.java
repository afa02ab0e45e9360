package io.filemill.db.listing;

import io.filemill.db.task.NewFileTask;
import java.util.Iterator;
import java.util.Optional;

/** The files of a new task, found while they are asked for. */
public interface FoundFiles extends Iterator<NewFileTask> {
    /** What a node is to list, once there is no next file; empty if these are all. */
    Optional<NewListing> rest();

    /** All files of a task. */
    static FoundFiles of(Iterator<NewFileTask> files) {
        return new FoundFiles() {
            @Override
            public boolean hasNext() {
                return files.hasNext();
            }

            @Override
            public NewFileTask next() {
                return files.next();
            }

            @Override
            public Optional<NewListing> rest() {
                return Optional.empty();
            }
        };
    }
}
