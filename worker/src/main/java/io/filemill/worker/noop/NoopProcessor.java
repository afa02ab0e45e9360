package io.filemill.worker.noop;

import io.filemill.db.failure.Component;
import io.filemill.db.failure.Failure;
import io.filemill.db.failure.Phase;
import io.filemill.worker.file.FileOutcome;
import io.filemill.worker.file.FileProcessor;
import io.filemill.worker.file.SourceFile;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Does nothing, for as long as asked. Settings, each 0 unless given:
 *
 * <ul>
 *   <li>{@code delay_ms}: how long a file takes
 *   <li>{@code fail_every}: each n-th file of the cluster's file tasks, by their ids, fails for good
 *   <li>{@code fail_first}: the first n attempts at each file fail in a way that may pass
 *   <li>{@code retry_after_ms}: those attempts ask to be called later, so that they do not count and the file fails for ever
 * </ul>
 */
public final class NoopProcessor implements FileProcessor {
    @Override
    public String name() {
        return "noop";
    }

    @Override
    public FileOutcome process(SourceFile file) throws InterruptedException {
        long delay = setting(file, "delay_ms");
        long failEvery = setting(file, "fail_every");
        if (delay > 0) {
            boolean ignored = new CountDownLatch(1).await(delay, TimeUnit.MILLISECONDS);
        }
        if (failEvery > 0 && file.fileTaskId() % failEvery == 0) {
            return new FileOutcome.Failed(
                    Failure.ofFile("NOOP_FAILURE", Phase.UNKNOWN, "The task's settings asked this file to fail."));
        }
        if (file.failureCount() < setting(file, "fail_first")) {
            long retryAfter = setting(file, "retry_after_ms");
            return new FileOutcome.Failed(
                    Failure.passing(
                            "NOOP_UNAVAILABLE",
                            Component.FLOW,
                            Phase.UNKNOWN,
                            "The task's settings asked this attempt to fail."),
                    retryAfter > 0 ? Duration.ofMillis(retryAfter) : null);
        }
        return new FileOutcome.Completed(JsonNodeFactory.instance.objectNode().put("status", "done"));
    }

    private static long setting(SourceFile file, String name) {
        return file.settings().path(name).asLong(0);
    }
}
