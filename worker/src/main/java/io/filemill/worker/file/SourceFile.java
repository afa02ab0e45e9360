package io.filemill.worker.file;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a processor is given.
 *
 * @param fileTaskId the file task, to tell a rerun of the same file task from another one with the same content
 * @param userId the user that submitted it
 * @param item the item as submitted: a path, a name, or any string that the processor understands
 * @param filename the name to show to people
 * @param path the bytes on this node's disk, or null if the item is not a file
 * @param digest identifies the bytes
 * @param settings the upload task's settings, an object
 * @param failureCount how many attempts at it have failed
 * @param timeLimit how long the processor may take; the node interrupts it afterwards
 * @param stallLimit how long the processor may make no progress, where it can tell
 * @param phases what {@link #phase} tells
 */
public record SourceFile(
        long fileTaskId,
        String userId,
        String item,
        String filename,
        @Nullable Path path,
        ContentDigest digest,
        JsonNode settings,
        int failureCount,
        Duration timeLimit,
        Duration stallLimit,
        Phases phases) {

    /** A file whose phases nobody measures. */
    public SourceFile(
            long fileTaskId,
            String userId,
            String item,
            String filename,
            @Nullable Path path,
            ContentDigest digest,
            JsonNode settings,
            int failureCount,
            Duration timeLimit,
            Duration stallLimit) {
        this(
                fileTaskId,
                userId,
                item,
                filename,
                path,
                digest,
                settings,
                failureCount,
                timeLimit,
                stallLimit,
                Phases.NONE);
    }

    /**
     * Runs a part of the work on the calling thread, and measures how long it takes: the metric {@code filemill_file_phase_seconds}, and a
     * span where the file is traced.
     *
     * @param name one of a few fixed words, like {@code parse}
     */
    public <T> T phase(String name, Step<T> step) throws IOException, InterruptedException {
        return phases.measure(name, step);
    }
}
