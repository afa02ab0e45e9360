package io.filemill.api.live;

import io.filemill.db.task.UploadTask;
import java.util.List;

/**
 * Somebody who is told what changes of tasks. Called by one thread at a time, which serves all listeners, so no method may wait for anything.
 */
public interface TaskListener {
    /**
     * Tasks have changed, or may have.
     *
     * @param tasks as they are now, the oldest first
     * @param cursor with these tasks, whatever changed before this moment has been told
     */
    void changed(List<UploadTask> tasks, long cursor);

    /** Some seconds have passed. */
    void beat();

    /** The server is going to stop; nothing more is told. */
    void stopping();
}
