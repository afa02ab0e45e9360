package io.filemill.worker.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.queue.FileTaskJob;
import io.filemill.db.queue.Flusher;
import io.filemill.db.storage.FileStore;
import io.filemill.db.task.FileTask;
import io.filemill.db.task.TaskStatus;
import io.filemill.db.telemetry.Traces;
import io.filemill.db.token.TaskTokens;
import io.filemill.db.token.TokenProperties;
import io.filemill.db.token.UserToken;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;

/** A processor that acts in the name of the user. */
@ExtendWith(PostgresExtension.class)
class UserTokenIT {
    private static final String CANARY = "canary-7d1f";

    private final TestDatabase db;
    private final TaskTokens tokens;
    private final List<String> seen = new ArrayList<>();

    @TempDir
    Path folder;

    UserTokenIT(TestDatabase db) {
        this.db = db;
        this.tokens = new TaskTokens(db.jdbc, new TokenProperties("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="));
    }

    private FileTask run(UUID task) throws Exception {
        long file = db.fileIds(task).get(0);
        var meters = new SimpleMeterRegistry();
        try (var flusher = new Flusher(db.transaction, db.fileTasks, db.jdbc, 10, meters)) {
            var rows = new FileTaskHandler.Rows(
                    db.fileTasks,
                    db.uploadTasks,
                    new FileStore(folder, Clock.systemUTC()),
                    tokens,
                    flusher,
                    FileTaskHandler.Durability.WAIT,
                    1);
            var limits = new FileTaskHandler.Limits(Duration.ofMinutes(1), Duration.ofMinutes(1), 3);
            var observers = new FileTaskHandler.Observers(new FileMetrics(meters), Traces.off());
            new FileTaskHandler(rows, new RunningFiles(), db.node(), limits, List.of(new Delegate()), observers)
                    .run(new FileTaskJob(file, db.attempt(file)));
        }
        return db.fileTasks.find("ann", file).orElseThrow();
    }

    private final class Delegate implements FileProcessor {
        @Override
        public String name() {
            return "noop";
        }

        @Override
        public boolean needsUserToken() {
            return true;
        }

        @Override
        public FileOutcome process(SourceFile file) {
            seen.add(Objects.requireNonNull(file.userToken()).value());
            return new FileOutcome.Completed(
                    JsonNodeFactory.instance.objectNode().put("shown", file.toString()));
        }
    }

    @Test
    void aProcessorGetsTheTokenWhichIsGoneWhenItsTaskHasEnded() throws Exception {
        db.manyNodes();
        UUID task = db.submit("ann", 1);
        tokens.keep(task, new UserToken(CANARY, null));
        FileTask file = run(task);
        assertThat(seen).containsExactly(CANARY);
        assertThat(file.status()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(String.valueOf(file.result())).contains("hidden").doesNotContain(CANARY);
        assertThat(tokens.find(task)).isEmpty();
    }

    @Test
    void withoutATokenItIsNotCalled() throws Exception {
        db.manyNodes();
        FileTask file = run(db.submit("ann", 1));
        assertThat(seen).isEmpty();
        assertThat(file.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(Objects.requireNonNull(file.failure()).code()).isEqualTo("NO_USER_TOKEN");
        assertThat(file.failure().retryable()).isFalse();
    }
}
