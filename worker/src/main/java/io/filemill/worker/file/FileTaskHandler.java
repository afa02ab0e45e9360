package io.filemill.worker.file;

import io.filemill.db.queue.FileTaskJob;
import io.filemill.db.queue.FileTaskRunner;
import io.filemill.db.storage.FileStore;
import io.filemill.db.task.ClaimedFile;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.task.UploadTaskRepository;
import io.filemill.worker.file.RunningFiles.StoppedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.dao.DataAccessException;

/** Runs one dispatched file on this node: claim, process, write down the end. */
public final class FileTaskHandler implements FileTaskRunner {
    private static final Logger LOG = LoggerFactory.getLogger(FileTaskHandler.class);
    private static final int CRASHES_TO_QUARANTINE = 2;

    private final FileTaskRepository files;
    private final UploadTaskRepository uploadTasks;
    private final FileStore store;
    private final RunningFiles running;
    private final UUID nodeId;
    private final Limits limits;
    private final RetryBackoff backoff = new RetryBackoff(new java.util.SplittableRandom());
    private final Map<String, FileProcessor> processors;
    private final RetryTemplate whileTheDatabaseIsAway = new RetryTemplate(RetryPolicy.builder()
            .includes(List.of(DataAccessException.class))
            .maxRetries(6)
            .delay(Duration.ofMillis(200))
            .multiplier(2)
            .maxDelay(Duration.ofSeconds(5))
            .build());

    /**
     * How far a file may go.
     *
     * @param time how long one run may take
     * @param attempts how often a file is tried whose failure may pass
     */
    public record Limits(Duration time, int attempts) {}

    /** The database's side of a run. */
    public record Rows(FileTaskRepository files, UploadTaskRepository uploadTasks, FileStore store) {}

    public FileTaskHandler(
            Rows rows, RunningFiles running, UUID nodeId, Limits limits, List<FileProcessor> processors) {
        this.files = rows.files();
        this.uploadTasks = rows.uploadTasks();
        this.store = rows.store();
        this.running = running;
        this.nodeId = nodeId;
        this.limits = limits;
        this.processors =
                processors.stream().collect(Collectors.toUnmodifiableMap(FileProcessor::name, Function.identity()));
    }

    @Override
    public void run(FileTaskJob job) throws Exception {
        ClaimedFile file = files.claim(job.fileTaskId(), job.attempt(), nodeId).orElse(null);
        if (file == null) {
            return; // cancelled, done, or dispatched again
        }
        try (var ignored = MDC.putCloseable("uploadTaskId", file.uploadTaskId().toString());
                var alsoIgnored = MDC.putCloseable("fileTaskId", Long.toString(file.id()));
                var run = running.begin(file.id(), file.attempt(), file.uploadTaskId())) {
            if (file.firstOfTask()) {
                uploadTasks.markRunning(file.uploadTaskId());
            }
            try {
                writeDown(file, run.process(limits.time(), () -> process(file)));
            } catch (StoppedException e) {
                stopped(file, e.reason());
            }
        }
    }

    private FileOutcome process(ClaimedFile file) throws InterruptedException {
        FileProcessor processor = processors.get(file.processor());
        if (processor == null) {
            return new FileOutcome.Rejected(new FileError(
                    "UNKNOWN_PROCESSOR",
                    "This node has no processor named " + file.processor() + "; it has " + processors.keySet() + "."));
        }
        if (file.crashCount() >= CRASHES_TO_QUARANTINE) {
            return new FileOutcome.Rejected(new FileError(
                    "QUARANTINED",
                    "The worker process died " + file.crashCount()
                            + " times while it ran this file, so it is not tried again."));
        }
        Path path = path(file);
        if (file.storedAs() == null && path != null && leadsElsewhere(path)) {
            return new FileOutcome.Rejected(new FileError(
                    "ACCESS_DENIED",
                    "The path leads to another file through a symbolic link. Submit the file under its real path."));
        }
        try {
            return processor.process(sourceFile(file, path));
        } catch (IOException e) {
            LOG.warn("File could not be reached", e);
            return new FileOutcome.Unavailable(
                    new FileError("UNAVAILABLE", "The file or a service it needs could not be reached: " + e));
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("Processor failed", e);
            return new FileOutcome.Unavailable(
                    new FileError("INTERNAL_ERROR", "The processor " + processor.name() + " failed: " + e));
        }
    }

    /**
     * Whether a link stands in the path. It was checked when the task was accepted, but whoever may write there can have put a link in its
     * place since then, to have the worker read what the client may not.
     */
    private static boolean leadsElsewhere(Path path) {
        try {
            return !path.toRealPath().equals(path);
        } catch (IOException e) {
            return false; // the processor says what is wrong with it
        }
    }

    private SourceFile sourceFile(ClaimedFile file, @Nullable Path path) {
        return new SourceFile(
                file.id(),
                file.userId(),
                file.item(),
                file.filename(),
                path,
                file.sha256(),
                file.settings(),
                limits.time());
    }

    private @Nullable Path path(ClaimedFile file) {
        if (file.storedAs() != null) {
            return store.path(file.storedAs());
        }
        return file.item().startsWith("/") ? Path.of(file.item()) : null;
    }

    private void writeDown(ClaimedFile file, FileOutcome outcome) throws Exception {
        if (outcome instanceof FileOutcome.Completed completed) {
            end(FinishedFile.with(file.id(), file.attempt(), TaskStatus.COMPLETED, completed.result()));
        } else if (outcome instanceof FileOutcome.Skipped skipped) {
            end(FinishedFile.with(file.id(), file.attempt(), TaskStatus.SKIPPED, skipped.result()));
        } else if (outcome instanceof FileOutcome.Rejected rejected) {
            fail(file, rejected.error());
        } else if (outcome instanceof FileOutcome.Unavailable unavailable) {
            retry(file, unavailable.error());
        }
    }

    private void retry(ClaimedFile file, FileError error) throws Exception {
        if (file.retryCount() + 1 >= limits.attempts()) {
            fail(file, error);
            return;
        }
        Duration delay = backoff.delay(file.retryCount());
        whileTheDatabaseIsAway.execute(
                () -> files.retry(file.id(), file.attempt(), delay, error.code(), error.message()));
        LOG.atWarn()
                .addKeyValue("code", error.code())
                .addKeyValue("delay", delay)
                .log("File task will be retried");
    }

    private void fail(ClaimedFile file, FileError error) throws Exception {
        end(FinishedFile.failed(file.id(), file.attempt(), error.code(), error.message()));
    }

    private void stopped(ClaimedFile file, RunningFiles.StopReason reason) throws Exception {
        switch (reason) {
            case LOST -> LOG.info("File task stopped");
            case TIMED_OUT ->
                fail(
                        file,
                        new FileError(
                                "TIMEOUT",
                                "File processing timed out after "
                                        + limits.time().toSeconds() + " seconds."));
            case RELEASED -> {
                whileTheDatabaseIsAway.execute(() -> files.release(file.id(), file.attempt()));
                LOG.info("File task released");
            }
        }
    }

    private void end(FinishedFile file) throws Exception {
        int moved = whileTheDatabaseIsAway.execute(() -> files.finish(List.of(file)));
        LOG.atInfo()
                .addKeyValue("status", moved == 1 ? file.status().word() : "stale")
                .addKeyValue("code", file.errorCode())
                .log("File task ended");
    }
}
