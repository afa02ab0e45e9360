package io.filemill.e2e.chaos;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Users who do not know that anything is wrong: they upload, and change their minds. */
final class Load implements AutoCloseable {
    private static final int SUBMITTERS = 2;
    private static final int RECENT = 8;

    private final Plan plan;
    private final Api api;
    private final Journal journal;
    private final CountDownLatch enough = new CountDownLatch(1);
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicInteger submittedFiles = new AtomicInteger();
    private final Queue<Submission> submissions = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(SUBMITTERS + 1);
    private final List<Future<Void>> running = new ArrayList<>();

    Load(Plan plan, Api api, Journal journal) {
        this.plan = plan;
        this.api = api;
        this.journal = journal;
    }

    void start() {
        for (int i = 1; i <= SUBMITTERS; i++) {
            SplittableRandom random = plan.randomOf("submitter " + i);
            running.add(threads.submit(submitting(random)));
        }
        running.add(threads.submit(cancelling(plan.randomOf("canceller"))));
    }

    /** Ends it, and waits for the requests under way. */
    void stop() throws InterruptedException, ExecutionException {
        enough.countDown();
        for (Future<Void> actor : running) {
            actor.get();
        }
    }

    List<Submission> submissions() {
        return List.copyOf(submissions);
    }

    private Callable<Void> submitting(SplittableRandom random) {
        Documents documents = new Documents(plan.randomOf("documents"), random);
        return () -> {
            while (!enough.await(random.nextInt(50, 400), TimeUnit.MILLISECONDS)) {
                if (submittedFiles.get() <= dueFiles()) {
                    submit(numbers.incrementAndGet(), random, documents);
                }
            }
            return null;
        };
    }

    /** Spreads the files over the time, whatever a fault has delayed. */
    private long dueFiles() {
        Duration elapsed = journal.elapsed();
        return Math.min(
                plan.files() - 1L,
                plan.files() * elapsed.toMillis() / plan.duration().toMillis());
    }

    private void submit(int number, SplittableRandom random, Documents documents) {
        if (random.nextInt(100) < 60) {
            submitNoop(number, random);
        } else {
            submitDocuments(number, random, documents);
        }
    }

    private void submitNoop(int number, SplittableRandom random) {
        List<String> items = new ArrayList<>();
        int size = random.nextInt(1, 40);
        for (int i = 1; i <= size; i++) {
            items.add("noop " + number + " " + i);
        }
        int delay = random.nextInt(10) == 0 ? 2_000 : random.nextInt(400);
        int failEvery = random.nextInt(3) == 0 ? 5 : 0;
        int unavailable = random.nextInt(4) == 0 ? 30 : 0;
        String body = """
                {"processor": "noop", "priority": %d, "items": ["%s"],
                 "settings": {"delay_ms": %d, "fail_every": %d, "unavailable_percent": %d}}
                """.formatted(random.nextInt(10), String.join("\", \"", items), delay, failEvery, unavailable);
        send(number, items, "application/json", body);
    }

    private void submitDocuments(int number, SplittableRandom random, Documents documents) {
        Map<String, String> files = new LinkedHashMap<>();
        int size = random.nextInt(1, 9);
        for (int i = 1; i <= size; i++) {
            Documents.Document document = documents.next();
            files.put("document " + number + " " + i + document.extension(), document.content());
        }
        StringBuilder body = new StringBuilder();
        if (random.nextInt(8) == 0) {
            body.append("--limit\r\nContent-Disposition: form-data; name=\"replace_duplicates\"\r\n\r\ntrue\r\n");
        }
        files.forEach(
                (name, content) -> body.append("--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"")
                        .append(name)
                        .append("\"\r\n\r\n")
                        .append(content)
                        .append("\r\n"));
        body.append("--limit--\r\n");
        send(number, List.copyOf(files.keySet()), "multipart/form-data; boundary=limit", body.toString());
    }

    private void send(int number, List<String> items, String type, String body) {
        Api.Answer answer = api.post(
                "/v1/tasks", Map.of("Content-Type", type), BodyPublishers.ofString(body, StandardCharsets.UTF_8));
        if (answer.isSuccess()) {
            UUID task = UUID.fromString(answer.body().path("task_id").asString());
            submissions.add(new Submission(number, java.util.Set.copyOf(items), task));
            submittedFiles.addAndGet(items.size());
            journal.count("uploads accepted", number + " with " + items.size() + " files: " + task);
            return;
        }
        submissions.add(new Submission(number, java.util.Set.copyOf(items), null));
        if (answer.isOpen()) {
            journal.count("uploads without an answer", number + " with " + items.size() + " files: " + answer);
        } else {
            journal.violation("POST /v1/tasks answered " + answer);
        }
    }

    private Callable<Void> cancelling(SplittableRandom random) {
        return () -> {
            while (!enough.await(random.nextInt(500, 5_000), TimeUnit.MILLISECONDS)) {
                List<Submission> accepted =
                        submissions.stream().filter(one -> one.task() != null).toList();
                if (!accepted.isEmpty()) {
                    int back = random.nextInt(Math.min(RECENT, accepted.size()));
                    cancel(accepted.get(accepted.size() - 1 - back));
                }
            }
            return null;
        };
    }

    private void cancel(Submission submission) {
        Api.Answer answer = api.post("/v1/tasks/" + submission.task() + "/cancel", Map.of(), BodyPublishers.noBody());
        if (answer.isSuccess()) {
            journal.count("tasks cancelled", submission.task() + " " + answer.body());
        } else if (!answer.isOpen() && answer.status() != 409) {
            journal.violation("cancel answered " + answer);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
