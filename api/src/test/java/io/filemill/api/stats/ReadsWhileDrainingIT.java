package io.filemill.api.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.api.RunningApi;
import io.filemill.api.RunningApi.Answer;
import io.filemill.api.security.CurrentUser;
import io.filemill.db.LargeTask;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long readers wait, over HTTP, while a large task drains as fast as one connection can drain it. Prints what it measured. The limits
 * are those of a busy machine; {@code docs/performance-reads.md} has the figures of a million files.
 */
@ExtendWith(PostgresExtension.class)
class ReadsWhileDrainingIT {
    private static final int FILES = Integer.getInteger("filemill.test.reads.files", 20_000);
    private static final int REPEATS = Integer.getInteger("filemill.test.reads.repeats", 20);
    private static final int BATCH = 50;
    private static final Duration LIMIT = Duration.ofMillis(500);
    private static final Duration LIMIT_OF_WHOLE_TASKS = Duration.ofSeconds(5);

    private final TestDatabase database;

    ReadsWhileDrainingIT(TestDatabase database) {
        this.database = database;
    }

    @Test
    void readersDoNotWaitForTheFilesThatTheyDoNotSee(@TempDir Path folder) {
        try (RunningApi api =
                RunningApi.start(Map.of("filemill.db.url", database.url, "filemill.db.data-dir", folder))) {
            LargeTask task =
                    LargeTask.halfDone(database, api.bean(CurrentUser.class).id(), FILES);
            var stop = new AtomicBoolean();
            CompletableFuture<Integer> drained = CompletableFuture.supplyAsync(() -> drain(task, stop));
            try {
                reads(task).forEach((name, path) -> {
                    Duration limit = path.startsWith("/tasks") ? LIMIT_OF_WHOLE_TASKS : LIMIT;
                    assertThat(measure(api, name, path)).as(name).isLessThan(limit);
                });
            } finally {
                stop.set(true);
            }
            System.out.println(drained.join() + " files drained meanwhile");
            assertThat(drained.join()).as("files drained meanwhile").isPositive();
        }
    }

    private static int drain(LargeTask task, AtomicBoolean stop) {
        int drained = 0;
        while (!stop.get()) {
            drained += task.drain(BATCH);
        }
        return drained;
    }

    private static Map<String, String> reads(LargeTask task) {
        String shown = "/v1/tasks/" + task.id();
        String files = shown + "/files?limit=100";
        Map<String, String> reads = new LinkedHashMap<>();
        reads.put("task", shown);
        reads.put("tasks", "/v1/tasks");
        reads.put("queue", "/v1/stats/queue");
        reads.put("first files", files);
        reads.put("files from the middle", files + cursor(task.fileAt(FILES / 2)));
        reads.put("last files", files + cursor(task.fileAt(FILES - 100)));
        for (String status : new String[] {"pending", "running", "completed", "failed", "skipped"}) {
            reads.put(status + " files", files + "&status=" + status);
        }
        reads.put("files with a rare error", files + "&error_code=CORRUPT");
        reads.put("failed files with an error that none has", files + "&status=failed&error_code=UNAVAILABLE");
        reads.put("1000 files", shown + "/files?limit=1000" + cursor(task.fileAt(FILES / 2)));
        reads.put("OpenRAG's task", "/tasks/" + task.id());
        reads.put("OpenRAG's tasks", "/tasks");
        return reads;
    }

    private static String cursor(long after) {
        return "&cursor="
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(Long.toString(after).getBytes(StandardCharsets.UTF_8));
    }

    /** The median of some requests; the first one, which may meet cold code, is not counted. */
    private static Duration measure(RunningApi api, String name, String path) {
        long[] nanos = new long[REPEATS];
        Answer answer = api.get(path);
        for (int i = 0; i < REPEATS; i++) {
            long start = System.nanoTime();
            answer = api.get(path);
            nanos[i] = System.nanoTime() - start;
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        }
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %.1f | %.1f |%n",
                name,
                nanos[REPEATS / 2] / 1e6,
                nanos[(int) (REPEATS * 0.99)] / 1e6,
                nanos[REPEATS - 1] / 1e6,
                answer.text().length() / 1024.0);
        return Duration.ofNanos(nanos[REPEATS / 2]);
    }
}
