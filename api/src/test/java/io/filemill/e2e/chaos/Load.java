package io.filemill.e2e.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;

/** Users who do not know that anything is wrong: they upload until they are answered, and change their minds. */
final class Load implements AutoCloseable {
    private static final int SUBMITTERS = 2;
    private static final int RECENT = 12;
    private static final Duration PATIENCE = Duration.ofSeconds(300);

    private final Plan plan;
    private final Api api;
    private final Journal journal;
    private final long start = System.nanoTime();
    private final CountDownLatch enough = new CountDownLatch(1);
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicInteger submittedFiles = new AtomicInteger();
    private final AtomicLong retriedFiles = new AtomicLong();
    private final Queue<Accepted> accepted = new ConcurrentLinkedQueue<>();
    private final Set<UUID> retriedTasks = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newFixedThreadPool(SUBMITTERS + 1);
    private final List<Future<Void>> running = new ArrayList<>();

    /** An upload that was answered. */
    record Accepted(Submission submission, UUID task) {}

    /** Something that a user does to an upload of before. */
    private interface Meddling {
        void meddle(UUID task, SplittableRandom random);
    }

    Load(Plan plan, Api api, Journal journal) {
        this.plan = plan;
        this.api = api;
        this.journal = journal;
    }

    void start() {
        for (int i = 1; i <= SUBMITTERS; i++) {
            SplittableRandom random = plan.randomOf("submitter " + i);
            running.add(threads.submit(
                    submitting(new Submissions(random, new Documents(plan.randomOf("documents"), random)), random)));
        }
        running.add(threads.submit(meddling(plan.randomOf("meddler"))));
    }

    /** Ends it, and waits for the answers under way. */
    void stop() throws InterruptedException, ExecutionException {
        enough.countDown();
        for (Future<Void> actor : running) {
            actor.get();
        }
    }

    List<Accepted> accepted() {
        return List.copyOf(accepted);
    }

    /** The tasks of which a user has asked for failed files to be tried again. */
    Set<UUID> retriedTasks() {
        return Set.copyOf(retriedTasks);
    }

    /** How many files the answers said would be tried again. */
    long retriedFiles() {
        return retriedFiles.get();
    }

    private Callable<Void> submitting(Submissions submissions, SplittableRandom random) {
        return () -> {
            while (!enough.await(random.nextInt(50, 400), TimeUnit.MILLISECONDS)) {
                if (submittedFiles.get() <= dueFiles()) {
                    submit(submissions.next(numbers.incrementAndGet()), random);
                }
            }
            return null;
        };
    }

    /** Spreads the files over the time, whatever a fault has delayed. */
    private long dueFiles() {
        long elapsed = System.nanoTime() - start;
        return Math.min(
                plan.files() - 1L, plan.files() * elapsed / plan.duration().toNanos());
    }

    private void submit(Submission submission, SplittableRandom random) throws InterruptedException {
        Api.Answer answer = sendUntilAnswered(submission);
        if (!answer.isSuccess()) {
            journal.violation("POST /v1/tasks answered " + answer + " to " + submission);
            return;
        }
        UUID task = task(answer);
        accepted.add(new Accepted(submission, task));
        submittedFiles.addAndGet(submission.items().size());
        journal.count("uploads accepted", submission + ": " + task);
        if (random.nextInt(10) == 0) {
            Api.Answer again = sendUntilAnswered(submission);
            if (!again.isSuccess() || !again.isReplayed() || !task(again).equals(task)) {
                journal.violation(submission + ", sent again, was answered " + again + " instead of " + task);
            }
        }
    }

    private Api.Answer sendUntilAnswered(Submission submission) throws InterruptedException {
        long begin = System.nanoTime();
        Api.Answer answer = send(submission);
        while (!answer.isFinal() && System.nanoTime() - begin < PATIENCE.toNanos()) {
            if (!answer.isRefused()) {
                journal.count("uploads sent again without an answer", submission + ": " + answer);
            }
            Pause.of(Duration.ofMillis(500));
            answer = send(submission);
        }
        if (answer.isReplayed()) {
            journal.count("uploads answered from memory", submission.toString());
        }
        return answer;
    }

    private Api.Answer send(Submission submission) {
        return api.post(
                "/v1/tasks",
                Map.of("Content-Type", submission.contentType(), "Idempotency-Key", submission.key()),
                submission.body());
    }

    private static UUID task(Api.Answer answer) {
        return UUID.fromString(answer.body().path("task_id").asString());
    }

    private Callable<Void> meddling(SplittableRandom random) {
        Deck<Meddling> deck =
                new Deck<>(List.of(this::cancelTask, this::cancelFile, this::retryAll, this::retrySome), random);
        return () -> {
            while (!enough.await(random.nextInt(300, 2_500), TimeUnit.MILLISECONDS)) {
                List<Accepted> all = accepted();
                if (!all.isEmpty()) {
                    int back = random.nextInt(Math.min(RECENT, all.size()));
                    deck.next().meddle(all.get(all.size() - 1 - back).task(), random);
                }
            }
            return null;
        };
    }

    private void cancelTask(UUID task, SplittableRandom random) {
        if (random.nextBoolean()) { // more would leave too little work
            report("tasks cancelled", api.post("/v1/tasks/" + task + "/cancel", Map.of(), ""), task);
        }
    }

    private void cancelFile(UUID task, SplittableRandom random) {
        anyFile(task, "", random)
                .ifPresent(file -> report(
                        "files cancelled", api.post("/v1/files/" + file + "/cancel", Map.of(), ""), task + " " + file));
    }

    private void retryAll(UUID task, SplittableRandom random) {
        retry(task, random.nextBoolean() ? "{}" : "{\"error_codes\": [\"NOOP_FAILURE\", \"CANCELLED\"]}");
    }

    private void retrySome(UUID task, SplittableRandom random) {
        anyFile(task, "&status=failed", random).ifPresent(file -> retry(task, "{\"file_ids\": [" + file + "]}"));
    }

    private void retry(UUID task, String body) {
        retriedTasks.add(task);
        Api.Answer answer = api.post("/v1/tasks/" + task + "/retry", Map.of("Content-Type", "application/json"), body);
        retriedFiles.addAndGet(answer.body().path("retried").asInt(0));
        report("retries", answer, task + " " + body);
    }

    private Optional<Long> anyFile(UUID task, String filter, SplittableRandom random) {
        JsonNode files = api.get("/v1/tasks/" + task + "/files?limit=100" + filter)
                .body()
                .path("files");
        return files.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        files.get(random.nextInt(files.size())).path("file_id").asLong());
    }

    private void report(String name, Api.Answer answer, Object target) {
        if (answer.isSuccess()) {
            journal.count(name, target + " " + answer.body());
        } else if (answer.status() == 409) {
            journal.note(name + " came too late: " + target + " " + answer.body());
        } else if (answer.isFinal()) {
            journal.violation(name + " of " + target + " answered " + answer);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
