package io.filemill.worker.file;

import io.filemill.db.Outage;
import io.filemill.db.failure.Component;
import io.filemill.db.failure.Failure;
import io.filemill.db.failure.Phase;
import io.filemill.db.queue.FileTaskJob;
import io.filemill.db.queue.FileTaskRunner;
import io.filemill.db.queue.Flusher;
import io.filemill.db.storage.FileStore;
import io.filemill.db.task.ClaimedFile;
import io.filemill.db.task.FailedContent;
import io.filemill.db.task.FileTaskRepository;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.TaskLimits;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.task.UploadTaskRepository;
import io.filemill.db.telemetry.Traces;
import io.filemill.db.token.TaskTokens;
import io.filemill.db.token.UserToken;
import io.filemill.worker.file.FileOutcome.Failed;
import io.filemill.worker.file.RunningFiles.StoppedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;
import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import tools.jackson.databind.node.JsonNodeFactory;

/** Runs one dispatched file on this node: claim, process, write down the end. */
public final class FileTaskHandler implements FileTaskRunner {
    private static final Logger LOG = LoggerFactory.getLogger(FileTaskHandler.class);
    private static final int CRASHES_TO_QUARANTINE = 2;
    private static final String SKIP_PREVIOUSLY_FAILED = "skip_previously_failed";
    /** A node waits so long for the database with a result in its hands. Later, the file runs again. */
    private static final RetryPolicy DATABASE_IS_AWAY = RetryPolicy.builder()
            .predicate(Outage::caused)
            .maxRetries(Long.MAX_VALUE)
            .timeout(Duration.ofMinutes(10))
            .delay(Duration.ofMillis(200))
            .multiplier(2)
            .maxDelay(Duration.ofSeconds(2))
            .build();

    private final FileTaskRepository files;
    private final UploadTaskRepository uploadTasks;
    private final FileStore store;
    private final TaskTokens tokens;
    private final Flusher flusher;
    private final Durability durability;
    private final ResultWriter results;
    private final RunningFiles running;
    private final Map<FileTaskJob, Claim> held = new ConcurrentHashMap<>();
    private final UUID nodeId;
    private final Limits defaults;
    private final Observers observers;
    private final RetryBackoff backoff = new RetryBackoff(new java.util.SplittableRandom());
    private final Map<String, FileProcessor> processors;
    private final RetryTemplate whileTheDatabaseIsAway = new RetryTemplate(DATABASE_IS_AWAY);

    /**
     * How far a file may go unless its task says otherwise.
     *
     * @param time how long one run may take
     * @param stall how long a run may make no progress
     * @param attempts how often a file is tried whose failure may pass
     */
    public record Limits(Duration time, Duration stall, int attempts) {
        Limits of(TaskLimits task) {
            return new Limits(
                    task.timeoutSeconds() == null ? time : Duration.ofSeconds(task.timeoutSeconds()),
                    task.stallTimeoutSeconds() == null ? stall : Duration.ofSeconds(task.stallTimeoutSeconds()),
                    task.maxAttempts() == null ? attempts : task.maxAttempts());
        }
    }

    /** When a slot may take its next file. */
    public enum Durability {
        /** When the end of the file before is committed. */
        WAIT,
        /** When the end of the file before was handed over to be written beside the slots. A crash runs these files again. */
        GROUP
    }

    /**
     * The database's side of a run.
     *
     * @param slots how many results of processors are written at once, and how many wait for it at most
     */
    public record Rows(
            FileTaskRepository files,
            UploadTaskRepository uploadTasks,
            FileStore store,
            TaskTokens tokens,
            Flusher flusher,
            Durability durability,
            int slots) {}

    /** What runs are measured by. */
    public record Observers(FileMetrics metrics, Traces traces) {}

    public FileTaskHandler(
            Rows rows,
            RunningFiles running,
            UUID nodeId,
            Limits defaults,
            List<FileProcessor> processors,
            Observers observers) {
        this.observers = observers;
        this.files = rows.files();
        this.uploadTasks = rows.uploadTasks();
        this.store = rows.store();
        this.tokens = rows.tokens();
        this.flusher = rows.flusher();
        this.durability = rows.durability();
        this.results = new ResultWriter(rows.slots());
        this.running = running;
        this.nodeId = nodeId;
        this.defaults = defaults;
        this.processors =
                processors.stream().collect(Collectors.toUnmodifiableMap(FileProcessor::name, Function.identity()));
    }

    /** Holds files that this node has taken until their jobs run. They count as running, and the time limit of each begins when it starts. */
    public void hold(List<ClaimedFile> taken) {
        long now = System.nanoTime();
        for (ClaimedFile file : taken) {
            var run = running.begin(file.id(), file.attempt());
            held.put(new FileTaskJob(file.id(), file.attempt()), new Claim(file, run, now));
        }
        Set<UUID> begun = taken.stream()
                .filter(ClaimedFile::firstOfTask)
                .map(ClaimedFile::uploadTaskId)
                .collect(Collectors.toSet());
        if (!begun.isEmpty()) {
            uploadTasks.markRunning(begun);
        }
    }

    /** Gives a file back whose job was taken away while it waited for a slot. Does nothing if it was not claimed. */
    public void giveUp(FileTaskJob job) {
        Claim claim = held.remove(job);
        if (claim != null) {
            try (var ignored = claim.run()) {
                files.release(job.fileTaskId(), job.attempt());
            }
        }
    }

    @Override
    public void run(FileTaskJob job) throws Exception {
        Claim claim = held.remove(job);
        if (claim == null) {
            claim = claim(job);
        }
        if (claim == null) {
            return; // cancelled, done, or dispatched again
        }
        ClaimedFile claimed = claim.file();
        boolean endIsWaiting = false;
        MDC.remove("jobrunr.jobName"); // holds the name of the file, which is not for the log
        MDC.remove("jobrunr.jobSignature");
        try (var ignored = MDC.putCloseable("task_id", claimed.uploadTaskId().toString());
                var alsoIgnored = MDC.putCloseable("file_id", Long.toString(claimed.id()));
                var thirdIgnored = MDC.putCloseable("attempt", Integer.toString(claimed.attempt()))) {
            if (claimed.traceparent() != null) {
                MDC.put("trace_id", Traces.traceId(claimed.traceparent()));
            }
            endIsWaiting = run(claim);
        } finally {
            MDC.remove("trace_id");
            if (!endIsWaiting) {
                claim.run().close();
            }
        }
    }

    private @Nullable Claim claim(FileTaskJob job) throws RetryException {
        ClaimedFile file = files.claim(job.fileTaskId(), job.attempt(), nodeId).orElse(null);
        if (file == null) {
            return null;
        }
        var claim = new Claim(file, running.begin(file.id(), file.attempt()), System.nanoTime());
        if (file.firstOfTask()) {
            try {
                whileTheDatabaseIsAway.execute(() -> uploadTasks.markRunning(Set.of(file.uploadTaskId())));
            } catch (RetryException | RuntimeException e) {
                claim.run().close();
                throw e;
            }
        }
        return claim;
    }

    /** Returns whether the end was handed over, and then whoever writes it down closes the run. */
    private boolean run(Claim claim) throws Exception {
        ClaimedFile claimed = claim.file();
        Limits limits = defaults.of(claimed.limits());
        long held = System.nanoTime() - claim.nanoTime();
        Observation observation = Observation.begin(
                observers.metrics(), observers.traces(), claimed, knownProcessor(claimed.processor()), held);
        SourceFile file = sourceFile(claimed, limits, observation);
        boolean endIsWaiting = false;
        try {
            endIsWaiting = run(new Finish(claim, limits, file, Duration.ofNanos(held), observation));
            return endIsWaiting;
        } finally {
            observation.ran();
            if (!endIsWaiting) {
                observation.close();
            }
        }
    }

    private boolean run(Finish finish) throws Exception {
        try {
            FileOutcome outcome = finish.claim()
                    .run()
                    .process(
                            finish.limits().time(), () -> process(finish.claim().file(), finish.source()));
            return writeDown(finish, outcome);
        } catch (StoppedException e) {
            return stopped(finish.withoutWait(), e.reason());
        }
    }

    /** A name for a label: clients can ask for any. */
    private String knownProcessor(String name) {
        return processors.containsKey(name) ? name : "unknown";
    }

    private SourceFile sourceFile(ClaimedFile file, Limits limits, Phases phases) {
        Path path = file.storedAs() != null
                ? store.path(file.storedAs())
                : file.item().startsWith("/") ? Path.of(file.item()) : null;
        return new SourceFile(
                file.id(),
                file.userId(),
                file.item(),
                file.filename(),
                path,
                new ContentDigest(path, file.sha256()),
                file.settings(),
                file.failureCount(),
                limits.time(),
                limits.stall(),
                phases,
                null);
    }

    private FileOutcome process(ClaimedFile claimed, SourceFile file) throws InterruptedException {
        FileProcessor processor = processors.get(claimed.processor());
        if (processor == null) {
            return new Failed(Failure.ofInstallation(
                    "UNKNOWN_PROCESSOR",
                    Component.SERVICE,
                    Phase.FILE_VALIDATION,
                    "This node has no processor named " + claimed.processor() + "; it has " + processors.keySet()
                            + "."));
        }
        if (claimed.crashCount() >= CRASHES_TO_QUARANTINE) {
            return new Failed(Failure.ofFile(
                    "QUARANTINED",
                    Phase.UNKNOWN,
                    "The worker process died " + claimed.crashCount()
                            + " times while it ran this file, so it is not tried again by itself."));
        }
        if (claimed.storedAs() == null && file.path() != null && leadsElsewhere(file.path())) {
            return new Failed(Failure.ofFile(
                    "ACCESS_DENIED",
                    Phase.FILE_VALIDATION,
                    "The path leads to another file through a symbolic link. Submit the file under its real path."));
        }
        try {
            Optional<FailedContent> failedBefore = failedBefore(claimed, file);
            if (failedBefore.isPresent()) {
                return skipped(failedBefore.get());
            }
            return processor.needsUserToken()
                    ? processInTheNameOfTheUser(processor, claimed, file)
                    : processor.process(file);
        } catch (IOException e) {
            LOG.warn("File could not be reached", e);
            return new Failed(Failure.passing(
                    "UNAVAILABLE",
                    Component.SERVICE,
                    Phase.UNKNOWN,
                    "The file or a service it needs could not be reached: " + e));
        } catch (RuntimeException | StackOverflowError e) {
            if (Outage.caused(e)) {
                LOG.atWarn().addKeyValue("reason", e.getMessage()).log("The database does not answer");
                Failure failure = Failure.passing(
                        "DATABASE_AWAY",
                        Component.INDEX,
                        Phase.INDEXING,
                        "The database did not answer, so the file waits.");
                return new Failed(failure, Duration.ZERO); // not the file's fault, so the attempt does not count
            }
            LOG.error("Processor failed", e);
            return new Failed(Failure.passing(
                    "INTERNAL_ERROR",
                    Component.SERVICE,
                    Phase.UNKNOWN,
                    "The processor " + processor.name() + " failed: " + e));
        }
    }

    private FileOutcome processInTheNameOfTheUser(FileProcessor processor, ClaimedFile claimed, SourceFile file)
            throws IOException, InterruptedException {
        Optional<UserToken> token = tokens.find(claimed.uploadTaskId());
        if (token.isEmpty()) {
            return new Failed(
                    Failure.ofFile(
                            "NO_USER_TOKEN",
                            Phase.FILE_VALIDATION,
                            "The processor " + processor.name()
                                    + " acts in the name of the user, whose token was not kept or has expired. Sign in again and retry the file."));
        }
        return processor.process(file.with(token.get()));
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

    private Optional<FailedContent> failedBefore(ClaimedFile claimed, SourceFile file)
            throws IOException, InterruptedException {
        boolean asked =
                claimed.settings().path(SKIP_PREVIOUSLY_FAILED).asString("").equals("true");
        if (!asked || file.path() == null || !Files.isReadable(file.path()) || Files.isDirectory(file.path())) {
            return Optional.empty();
        }
        return files.failedContent(
                        claimed.userId(), claimed.processor(), file.digest().sha256())
                .filter(failed -> failed.fileTaskId() != claimed.id());
    }

    private static FileOutcome skipped(FailedContent earlier) {
        return new FileOutcome.Skipped(JsonNodeFactory.instance
                .objectNode()
                .put("status", "skipped")
                .put("reason", "previously_failed")
                .put("failed_file_id", earlier.fileTaskId())
                .put("failed_filename", earlier.filename())
                .put("error_code", earlier.errorCode())
                .put("error", earlier.error()));
    }

    private boolean writeDown(Finish finish, FileOutcome outcome) throws Exception {
        if (outcome instanceof FileOutcome.Prepared prepared) {
            return endWithItsResult(finish, prepared);
        }
        if (outcome instanceof Failed failed && failed.failure().retryable()) {
            return retry(finish, failed);
        }
        return end(finish, finish.ended(outcome));
    }

    private boolean retry(Finish finish, Failed failed) throws Exception {
        ClaimedFile claimed = finish.claim().file();
        Failure failure = failed.failure();
        Duration retryAfter = failed.retryAfter();
        if (retryAfter == null && claimed.failureCount() + 1 >= finish.limits().attempts()) {
            return end(finish, finish.ended(failed));
        }
        Duration backedOff = backoff.delay(claimed.failureCount());
        Duration delay = retryAfter == null ? backedOff : retryAfter.plus(backedOff);
        finish.observation().outcome(retryAfter == null ? "retried" : "postponed", failure.code());
        whileTheDatabaseIsAway.execute(() -> retryAfter == null
                ? files.retry(claimed.id(), claimed.attempt(), delay, failure)
                : files.postpone(claimed.id(), claimed.attempt(), delay, failure));
        LOG.atWarn()
                .addKeyValue("code", failure.code())
                .addKeyValue("delay", delay)
                .log("File task will be retried");
        return false;
    }

    private boolean stopped(Finish finish, RunningFiles.StopReason reason) throws Exception {
        ClaimedFile claimed = finish.claim().file();
        return switch (reason) {
            case LOST -> {
                LOG.info("File task stopped");
                yield false;
            }
            case TIMED_OUT ->
                end(
                        finish,
                        finish.ended(new Failed(Failure.ofFile(
                                "TIMEOUT",
                                Phase.UNKNOWN,
                                "File processing timed out after "
                                        + finish.limits().time().toSeconds() + " seconds."))));
            case RELEASED -> {
                finish.observation().outcome("released", null);
                whileTheDatabaseIsAway.execute(() -> files.release(claimed.id(), claimed.attempt()));
                LOG.info("File task released");
                yield false;
            }
        };
    }

    /** Hands the end over, and waits until it is written where that is asked for or the file has met a node's death before. */
    private boolean end(Finish finish, FinishedFile file) throws Exception {
        Observation observation = finish.observation();
        observation.ended(file);
        Observation.Part commit = observation.part("commit");
        CompletableFuture<@Nullable Void> written = flusher.end(file);
        var closed = written.whenComplete((nothing, failure) -> {
            commit.close();
            observation.close();
            finish.claim().run().close();
        });
        logEnd(file);
        if (waits(finish)) {
            closed.get();
        }
        return true;
    }

    private boolean waits(Finish finish) {
        return durability == Durability.WAIT || finish.claim().file().crashCount() > 0;
    }

    private boolean endWithItsResult(Finish finish, FileOutcome.Prepared prepared) throws Exception {
        if (waits(finish)) {
            storeAndEnd(finish, prepared);
            return false;
        }
        Map<String, String> context = MDC.getCopyOfContextMap();
        results.write(() -> {
            try (var ignored = finish.claim().run()) {
                MDC.setContextMap(context);
                storeAndEnd(finish, prepared);
            } catch (Exception e) {
                LOG.error("The end of a file is given up, so it runs again", e);
            } finally {
                finish.observation().close();
                MDC.clear();
            }
        });
        return true;
    }

    /** The result and the end are one transaction of their own. */
    private void storeAndEnd(Finish finish, FileOutcome.Prepared prepared) throws Exception {
        Observation observation = finish.observation();
        try (var ignored = observation.part("store")) {
            written(
                    observation,
                    whileTheDatabaseIsAway.execute(() ->
                            files.finish(() -> finish.ended(prepared.write().get()))));
        } catch (RetryException e) {
            Throwable cause = e.getCause();
            if (Outage.caused(cause)) {
                throw e; // for too long: the file is rescued and runs again
            }
            LOG.error("The result of a file cannot be written down", cause);
            ClaimedFile claimed = finish.claim().file();
            FinishedFile notStored = FinishedFile.notStored(claimed.id(), claimed.attempt(), cause);
            written(
                    observation,
                    whileTheDatabaseIsAway.execute(
                            () -> files.finish(List.of(notStored)) == 1 ? Optional.of(notStored) : Optional.empty()));
        }
    }

    private static void written(Observation observation, Optional<FinishedFile> end) {
        end.ifPresent(observation::ended);
        logEnd(end);
    }

    private static void logEnd(Optional<FinishedFile> ended) {
        ended.ifPresentOrElse(FileTaskHandler::logEnd, () -> LOG.info("The end of a file task came too late"));
    }

    private static void logEnd(FinishedFile file) {
        LOG.atLevel(file.failure() == null ? Level.DEBUG : Level.INFO)
                .addKeyValue("status", file.status().word())
                .addKeyValue(
                        "code", file.failure() == null ? null : file.failure().code())
                .log("File task ended");
    }

    /** A file that this node has claimed. */
    private record Claim(ClaimedFile file, RunningFiles.Run run, long nanoTime) {}

    /**
     * What it takes to write an end down.
     *
     * @param waited between the claim and the start
     */
    private record Finish(Claim claim, Limits limits, SourceFile source, Duration waited, Observation observation) {
        /** The same for a run that was stopped, perhaps before its start. */
        Finish withoutWait() {
            return new Finish(claim, limits, source, Duration.ZERO, observation);
        }

        FinishedFile ended(FileOutcome outcome) {
            ClaimedFile claimed = claim.file();
            FinishedFile ended;
            if (outcome instanceof FileOutcome.Completed completed) {
                ended = FinishedFile.with(claimed.id(), claimed.attempt(), TaskStatus.COMPLETED, completed.result());
            } else if (outcome instanceof FileOutcome.Skipped skipped) {
                ended = FinishedFile.with(claimed.id(), claimed.attempt(), TaskStatus.SKIPPED, skipped.result());
            } else if (outcome instanceof Failed failed) {
                ended = FinishedFile.failed(claimed.id(), claimed.attempt(), failed.failure());
            } else {
                throw new IllegalStateException("what was prepared is written once");
            }
            return ended.withSha256(source.digest().known().orElse(null)).withWait(waited);
        }
    }
}
