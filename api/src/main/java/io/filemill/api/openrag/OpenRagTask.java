package io.filemill.api.openrag;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.filemill.db.failure.ActionableBy;
import io.filemill.db.failure.Component;
import io.filemill.db.failure.Failure;
import io.filemill.db.failure.Phase;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.UploadTask;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A task as OpenRAG shows it.
 *
 * @param files by item, in the order in which they were submitted
 * @param filesTruncated true if there are more files than are shown; absent otherwise
 */
record OpenRagTask(
        UUID taskId,
        String status,
        int totalFiles,
        int processedFiles,
        int successfulFiles,
        int failedFiles,
        int runningFiles,
        int pendingFiles,
        BigDecimal createdAt,
        BigDecimal updatedAt,
        BigDecimal durationSeconds,
        Map<String, OpenRagFile> files,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean filesTruncated) {

    /**
     * @param files the files to show, and possibly more
     * @param limit how many of them to show
     * @param view how a file is shown
     */
    static OpenRagTask of(UploadTask task, List<FileTask> files, int limit, Function<FileTask, OpenRagFile> view) {
        Map<String, OpenRagFile> shown = new LinkedHashMap<>();
        files.stream().limit(limit).forEach(file -> shown.put(file.item(), view.apply(file)));
        return new OpenRagTask(
                task.id(),
                task.status().word(),
                task.totalFiles(),
                task.processedFiles(),
                task.successfulFiles(),
                task.failedFiles(),
                task.runningFiles(),
                task.pendingFiles(),
                EpochSeconds.of(task.createdAt()),
                EpochSeconds.of(task.updatedAt()),
                EpochSeconds.between(task.createdAt(), task.updatedAt()),
                shown,
                files.size() > limit ? true : null);
    }

    /**
     * A file of a task as OpenRAG shows it. What stands after the name is shown by the enhanced routes only, and what says why a file failed
     * of failed files only.
     *
     * @param phase {@code docling} while it is read, {@code langflow} while it is processed further, {@code complete} when it has succeeded
     * @param doclingStatus how reading it stands: {@code pending}, {@code processing}, {@code success} or {@code failed}
     * @param component the part that failed
     * @param failurePhase what was being done when it failed
     * @param userFacingMessage what is wrong and what to do
     * @param actionableBy {@code RETRYABLE} if it may pass by itself, else {@code USER_ACTIONABLE}
     */
    record OpenRagFile(
            String status,
            @Nullable JsonNode result,
            @Nullable String error,
            int retryCount,
            BigDecimal createdAt,
            BigDecimal updatedAt,
            BigDecimal durationSeconds,
            String filename,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String phase,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String doclingStatus,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Component component,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Phase failurePhase,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String userFacingMessage,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String actionableBy) {
        private static final String READING = "docling";
        private static final Set<Phase> AFTER_READING = EnumSet.of(Phase.CHUNKING, Phase.EMBEDDING, Phase.INDEXING);

        static OpenRagFile of(FileTask file) {
            return of(file, null, null, null);
        }

        /** With where it stands in the terms of OpenRAG's pipeline, and why it failed. */
        static OpenRagFile enhanced(FileTask file) {
            return switch (file.status()) {
                case PENDING -> of(file, READING, "pending", null);
                case RUNNING -> of(file, READING, "processing", null);
                case COMPLETED, SKIPPED -> of(file, "complete", "success", null);
                case FAILED -> {
                    Failure failure = file.failure();
                    boolean wasRead = failure != null && AFTER_READING.contains(failure.phase());
                    yield of(file, wasRead ? "langflow" : READING, wasRead ? "success" : "failed", failure);
                }
            };
        }

        private static OpenRagFile of(
                FileTask file, @Nullable String phase, @Nullable String doclingStatus, @Nullable Failure shown) {
            return new OpenRagFile(
                    file.status().word(),
                    file.result(),
                    file.failure() == null ? null : file.failure().message(),
                    file.retryCount(),
                    EpochSeconds.of(file.createdAt()),
                    EpochSeconds.of(file.updatedAt()),
                    EpochSeconds.between(file.createdAt(), file.updatedAt()),
                    file.filename(),
                    phase,
                    doclingStatus,
                    shown == null ? null : shown.component(),
                    shown == null ? null : shown.phase(),
                    shown == null ? null : shown.message(),
                    shown == null ? null : actionableBy(shown));
        }

        /** Its frontend knows two words; to its user, what only an administrator can change is no matter of trying again. */
        private static String actionableBy(Failure failure) {
            ActionableBy who = failure.retryable() && failure.phase() != Phase.CANCELLED
                    ? ActionableBy.RETRYABLE
                    : ActionableBy.USER_ACTIONABLE;
            return who.name();
        }
    }
}
