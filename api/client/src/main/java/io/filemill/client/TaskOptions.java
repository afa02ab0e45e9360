package io.filemill.client;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What shall be done with the files of a task; null stands for the server's default. Each method of its name returns a changed copy.
 *
 * @param processor {@code document} by default
 * @param settings for the processor; anything that can be written as a JSON object
 * @param priority 0 to 9; 9 runs first
 * @param replaceDuplicates whether content that is stored already is processed again
 * @param skipPreviouslyFailed whether content that failed for good before is skipped
 * @param maxAttempts how often a file is tried whose failures may pass
 * @param notBefore when the first file may start
 * @param idempotencyKey names the submission: repeated under the same key, even by another process, it makes one task. By default each
 *     submission gets a key of its own, which covers what the client itself repeats
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TaskOptions(
        @Nullable String processor,
        @Nullable Map<String, ?> settings,
        @Nullable Integer priority,
        @Nullable Boolean replaceDuplicates,
        @Nullable Boolean skipPreviouslyFailed,
        @Nullable Long timeoutSeconds,
        @Nullable Long stallTimeoutSeconds,
        @Nullable Integer maxAttempts,
        @Nullable Instant notBefore,
        @JsonIgnore @Nullable String idempotencyKey) {
    /** The server's defaults. */
    public static final TaskOptions DEFAULTS =
            new TaskOptions(null, null, null, null, null, null, null, null, null, null);

    /** The defaults with a processor. */
    public static TaskOptions of(String processor) {
        return DEFAULTS.withProcessor(processor);
    }

    public TaskOptions withProcessor(String processor) {
        return new TaskOptions(
                processor,
                settings,
                priority,
                replaceDuplicates,
                skipPreviouslyFailed,
                timeoutSeconds,
                stallTimeoutSeconds,
                maxAttempts,
                notBefore,
                idempotencyKey);
    }

    public TaskOptions withSettings(Map<String, ?> settings) {
        return new TaskOptions(
                processor,
                settings,
                priority,
                replaceDuplicates,
                skipPreviouslyFailed,
                timeoutSeconds,
                stallTimeoutSeconds,
                maxAttempts,
                notBefore,
                idempotencyKey);
    }

    public TaskOptions withPriority(int priority) {
        return new TaskOptions(
                processor,
                settings,
                priority,
                replaceDuplicates,
                skipPreviouslyFailed,
                timeoutSeconds,
                stallTimeoutSeconds,
                maxAttempts,
                notBefore,
                idempotencyKey);
    }

    /** Processes content again that is stored already, or skips it. */
    public TaskOptions withReplaceDuplicates(boolean replace) {
        return new TaskOptions(
                processor,
                settings,
                priority,
                replace,
                skipPreviouslyFailed,
                timeoutSeconds,
                stallTimeoutSeconds,
                maxAttempts,
                notBefore,
                idempotencyKey);
    }

    /** Skips content that failed for good before, or tries it again. */
    public TaskOptions withSkipPreviouslyFailed(boolean skip) {
        return new TaskOptions(
                processor,
                settings,
                priority,
                replaceDuplicates,
                skip,
                timeoutSeconds,
                stallTimeoutSeconds,
                maxAttempts,
                notBefore,
                idempotencyKey);
    }

    /**
     * Limits how far a file may go.
     *
     * @param time how long one run may take, in whole seconds
     * @param stall how long a run may make no progress
     * @param attempts how often a file is tried whose failures may pass
     */
    public TaskOptions withLimits(@Nullable Duration time, @Nullable Duration stall, @Nullable Integer attempts) {
        return new TaskOptions(
                processor,
                settings,
                priority,
                replaceDuplicates,
                skipPreviouslyFailed,
                time == null ? null : time.toSeconds(),
                stall == null ? null : stall.toSeconds(),
                attempts,
                notBefore,
                idempotencyKey);
    }

    public TaskOptions withNotBefore(Instant notBefore) {
        return new TaskOptions(
                processor,
                settings,
                priority,
                replaceDuplicates,
                skipPreviouslyFailed,
                timeoutSeconds,
                stallTimeoutSeconds,
                maxAttempts,
                notBefore,
                idempotencyKey);
    }

    public TaskOptions withIdempotencyKey(String key) {
        return new TaskOptions(
                processor,
                settings,
                priority,
                replaceDuplicates,
                skipPreviouslyFailed,
                timeoutSeconds,
                stallTimeoutSeconds,
                maxAttempts,
                notBefore,
                key);
    }

    String keyOrNew() {
        return idempotencyKey == null ? UUID.randomUUID().toString() : idempotencyKey;
    }
}
