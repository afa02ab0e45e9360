package io.filemill.worker.noop;

import io.filemill.worker.file.FileError;
import io.filemill.worker.file.FileOutcome;
import io.filemill.worker.file.FileProcessor;
import io.filemill.worker.file.SourceFile;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Does nothing, for as long as asked. Settings: {@code delay_ms}, how long a file takes (0), and {@code fail_every}: each n-th file of a
 * node's file tasks, by their ids, fails (0, never).
 */
public final class NoopProcessor implements FileProcessor {
    @Override
    public String name() {
        return "noop";
    }

    @Override
    public FileOutcome process(SourceFile file) throws InterruptedException {
        long delay = file.settings().path("delay_ms").asLong(0);
        long failEvery = file.settings().path("fail_every").asLong(0);
        if (delay > 0) {
            boolean ignored = new CountDownLatch(1).await(delay, TimeUnit.MILLISECONDS);
        }
        if (failEvery > 0 && file.fileTaskId() % failEvery == 0) {
            return new FileOutcome.Rejected(
                    new FileError("NOOP_FAILURE", "The task's settings asked this file to fail."));
        }
        return new FileOutcome.Completed(JsonNodeFactory.instance.objectNode().put("status", "done"));
    }
}
