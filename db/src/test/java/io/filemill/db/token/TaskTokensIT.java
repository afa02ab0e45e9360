package io.filemill.db.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.task.FinishedFile;
import io.filemill.db.task.TaskStatus;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.JsonNodeFactory;

@ExtendWith(PostgresExtension.class)
class TaskTokensIT {
    private final TestDatabase db;
    private final TaskTokens tokens;

    TaskTokensIT(TestDatabase db) {
        this.db = db;
        this.tokens = new TaskTokens(db.jdbc, new TokenProperties("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="));
    }

    private void finish(UUID task) {
        UUID node = db.node();
        for (long file : db.fileIds(task)) {
            int attempt = db.attempt(file);
            assertThat(db.fileTasks.claim(file, attempt, node)).isPresent();
            assertThat(db.fileTasks.finish(List.of(FinishedFile.with(
                            file, attempt, TaskStatus.COMPLETED, JsonNodeFactory.instance.objectNode()))))
                    .isEqualTo(1);
        }
    }

    private long kept() {
        return db.jdbc.sql("select count(*) from task_token").query(Long.class).single();
    }

    private UUID taskWithToken() {
        db.manyNodes();
        UUID task = db.submit("ann", 1);
        tokens.keep(task, new UserToken("secret", null));
        assertThat(tokens.find(task).orElseThrow().value()).isEqualTo("secret");
        return task;
    }

    @Test
    void aTokenIsWipedHoweverItsTaskEnds() {
        List<Consumer<UUID>> ends = List.of(
                this::finish,
                task -> assertThat(db.uploadTasks.cancel("ann", task)).isNotNull(),
                task -> assertThat(db.uploadTasks.cancelFile(
                                "ann", db.fileIds(task).get(0)))
                        .isNotNull());
        for (Consumer<UUID> end : ends) {
            UUID task = taskWithToken();
            assertThat(kept()).isEqualTo(1);
            end.accept(task);
            assertThat(db.task(task).status().isFinal()).isTrue();
            assertThat(kept()).isZero();
        }
    }

    @Test
    void theTokenOfATaskThatHasEndedIsNotKept() {
        UUID task = taskWithToken();
        finish(task);
        tokens.keep(task, new UserToken("secret", null));
        assertThat(kept()).isZero();
    }

    @Test
    void theWipeIsUndoneTogetherWithTheEnd() {
        UUID task = taskWithToken();
        db.transaction.executeWithoutResult(status -> {
            finish(task);
            assertThat(kept()).isZero();
            status.setRollbackOnly();
        });
        assertThat(kept()).isEqualTo(1);
    }

    @Test
    void anExpiredTokenIsNotGivenOut() {
        db.manyNodes();
        UUID task = db.submit("ann", 1);
        tokens.keep(task, new UserToken("secret", java.time.Instant.EPOCH));
        assertThat(tokens.find(task)).isEmpty();
    }
}
