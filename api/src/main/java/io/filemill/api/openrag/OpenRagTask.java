package io.filemill.api.openrag;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.UploadTask;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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
     */
    static OpenRagTask of(UploadTask task, List<FileTask> files, int limit) {
        Map<String, OpenRagFile> shown = new LinkedHashMap<>();
        files.stream().limit(limit).forEach(file -> shown.put(file.item(), OpenRagFile.of(file)));
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

    /** A file of a task as OpenRAG shows it. */
    record OpenRagFile(
            String status,
            @Nullable JsonNode result,
            @Nullable String error,
            int retryCount,
            BigDecimal createdAt,
            BigDecimal updatedAt,
            BigDecimal durationSeconds,
            String filename) {

        static OpenRagFile of(FileTask file) {
            return new OpenRagFile(
                    file.status().word(),
                    file.result(),
                    file.failure() == null ? null : file.failure().message(),
                    file.retryCount(),
                    EpochSeconds.of(file.createdAt()),
                    EpochSeconds.of(file.updatedAt()),
                    EpochSeconds.between(file.createdAt(), file.updatedAt()),
                    file.filename());
        }
    }
}
