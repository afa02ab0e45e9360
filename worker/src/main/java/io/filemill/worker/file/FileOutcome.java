package io.filemill.worker.file;

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

    /** The file itself is at fault. It is never tried again. */
    record Rejected(FileError error) implements FileOutcome {}

    /** Something else was at fault. The file is tried again later, up to the limit on attempts. */
    record Unavailable(FileError error) implements FileOutcome {}
}
