package io.filemill.worker;

import jakarta.validation.constraints.Min;
import java.time.Duration;
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
 * @param purgeInterval how often ended tasks are purged
 * @param purgeMaxAge how long an ended task is kept
 * @param parserHeap memory of one parser process, in MiB
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
        @DefaultValue("7200s") Duration purgeInterval,
        @DefaultValue("3600s") Duration purgeMaxAge,
        @DefaultValue("512") @Min(64) int parserHeap) {}
