package io.filemill.worker.file;

import java.io.IOException;

/**
 * Turns one file into a result. A processor knows neither the database's tasks nor the queue.
 *
 * <p>The same file may be processed more than once, also at the same time on two nodes, because delivery is at-least-once. Whatever a
 * processor writes must therefore be idempotent.
 *
 * <p>One instance serves all slots of a node, so it must be safe for use by several threads.
 */
public interface FileProcessor {
    /** The name by which an upload task asks for this processor; unique on a node. */
    String name();

    /**
     * Processes one file on the calling thread.
     *
     * <p>The thread is interrupted when the file is cancelled, when its time is up and when the node gives it back at shutdown. The
     * processor then stops what it started, child processes included, and throws {@link InterruptedException}.
     *
     * @return what became of the file; failures that a person or a later attempt can do something about are values, not exceptions
     * @throws IOException if the file or a service could not be reached; counts as a failure that may pass
     */
    FileOutcome process(SourceFile file) throws IOException, InterruptedException;

    /**
     * Whether it acts in the name of the user and therefore needs {@link SourceFile#userToken}. Name such a processor in
     * {@code filemill.auth.token-processors} of the API too: tokens are kept for the tasks of those only. A file whose token is missing or
     * has expired fails without being processed.
     */
    default boolean needsUserToken() {
        return false;
    }
}
