package io.filemill.worker;

import io.filemill.db.audit.AuditLog;
import io.filemill.worker.file.FileTaskHandler;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How a node works.
 *
 * @param nodeName how people call it, or empty for its host name and process id
 * @param maxWorkers how many files it runs at once, or empty to size it from its hardware
 * @param timeLimit how long one file may take from the moment it starts to run
 * @param stallTimeout how long a run may make no progress, where a processor can tell
 * @param maxAttempts how often a file is tried whose failure may pass
 * @param drainGrace how long running files may take to end when the node shuts down, before they are given back
 * @param pollInterval how often JobRunr's own threads look at the database, 5 s or more; a file never waits for that
 * @param purgeInterval how often ended tasks are purged
 * @param purgeMaxAge how long an ended task is kept
 * @param auditMaxAge how long the audit log is kept, 30 days or more
 * @param parserHeap memory of one parser process, in MiB
 * @param durability whether a slot waits until the end of its file is committed
 * @param flushWindow how many ends may wait for their commit at most; a crash runs these files again
 * @param healthHost the address on which {@code healthPort} listens
 * @param healthPort the port that answers {@code /livez}, {@code /readyz} and {@code /startedz}; 0 for any free one, null for none
 */
@Validated
@ConfigurationProperties("filemill.worker")
public record WorkerProperties(
        @DefaultValue("") String nodeName,
        @DefaultValue("") String maxWorkers,
        @DefaultValue("3600s") Duration timeLimit,
        @DefaultValue("120s") Duration stallTimeout,
        @DefaultValue("3") @Min(1) int maxAttempts,
        @DefaultValue("30s") Duration drainGrace,
        @DefaultValue("15s") Duration pollInterval,
        @DefaultValue("7200s") Duration purgeInterval,
        @DefaultValue("3600s") Duration purgeMaxAge,
        @DefaultValue("400d") Duration auditMaxAge,
        @DefaultValue("512") @Min(64) int parserHeap,
        @DefaultValue("group") FileTaskHandler.Durability durability,
        @DefaultValue("256") @Min(1) int flushWindow,
        @DefaultValue("127.0.0.1") String healthHost,
        @Nullable @Min(0) @Max(65535) Integer healthPort) {
    public WorkerProperties {
        if (auditMaxAge.compareTo(AuditLog.SHORTEST_RETENTION) < 0) {
            throw new IllegalArgumentException(
                    "FILEMILL_AUDIT_DAYS must be " + AuditLog.SHORTEST_RETENTION.toDays() + " or more");
        }
    }
}
