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
 * @param nodeName how people call the node; its host name and process id unless set
 * @param maxWorkers files at once on this node; sized from its hardware unless set
 * @param timeLimit how long one file may run, from its start
 * @param stallTimeout how long the reading of one file may make no progress
 * @param maxAttempts how often a file is tried whose failure may pass
 * @param drainGrace how long running files may take to end when the node shuts down, before they are given back
 * @param pollInterval how often JobRunr's own threads look at the database, 5 s or more; a file never waits for that
 * @param purgeInterval how often ended tasks are purged
 * @param purgeMaxAge how long an ended task is kept; documents stay
 * @param auditMaxAge how long the audit log is kept, 30 days or more
 * @param parserHeap memory of one parser process, in MiB
 * @param durability {@code group}; or {@code wait}: a slot waits until the end of its file is committed, so fewer files run again after a crash
 * @param flushWindow how many ended files may wait for their commit; a crash runs them again
 * @param healthHost the address on which the port of the node's health listens
 * @param healthPort port on which a node without an API answers {@code /livez}, {@code /readyz}, {@code /startedz} and {@code /actuator/prometheus}; 0 for any free one
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
        @DefaultValue("512") @Min(1) int flushWindow,
        @DefaultValue("127.0.0.1") String healthHost,
        @Nullable @Min(0) @Max(65535) Integer healthPort) {
    public WorkerProperties {
        if (auditMaxAge.compareTo(AuditLog.SHORTEST_RETENTION) < 0) {
            throw new IllegalArgumentException(
                    "FILEMILL_AUDIT_DAYS must be " + AuditLog.SHORTEST_RETENTION.toDays() + " or more");
        }
    }
}
