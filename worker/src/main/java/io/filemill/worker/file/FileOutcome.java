package io.filemill.worker.file;

import io.filemill.db.failure.Failure;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What became of a file. */
public sealed interface FileOutcome {
    /**
     * The file was processed.
     *
     * @param result what the file's {@code result} shows
     */
    record Completed(JsonNode result) implements FileOutcome {}

    /**
     * There was nothing to do, for example because the same content is already stored.
     *
     * @param result what the file's {@code result} shows, the reason included
     */
    record Skipped(JsonNode result) implements FileOutcome {}

    /**
     * The file failed. If the failure may pass, it is tried again later, up to the limit on attempts.
     *
     * @param retryAfter how long a service asked to be left alone; the file then waits at least that long, and the attempt does not count
     */
    record Failed(Failure failure, @Nullable Duration retryAfter) implements FileOutcome {
        public Failed(Failure failure) {
            this(failure, null);
        }
    }

    /**
     * The file was processed and its result has to be written to the database. That is done in the transaction that ends the file, so that the
     * result is there exactly if the file ended so: not after a cancellation, and not by a node that has lost the file.
     *
     * @param write writes, on the calling thread's transaction, and tells what became of the file; may be called again after the database
     *     was away
     */
    record Prepared(Supplier<FileOutcome> write) implements FileOutcome {}
}
