package io.filemill.db.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.NewUploadTask;
import io.filemill.db.task.TaskStatus;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.JsonNodeFactory;

@ExtendWith(PostgresExtension.class)
class SubmissionIT {
    private final TestDatabase db;

    SubmissionIT(TestDatabase db) {
        this.db = db;
    }

    private static NewUploadTask task() {
        return new NewUploadTask(UUID.randomUUID(), "ann", "noop", JsonNodeFactory.instance.objectNode(), 5);
    }

    @Test
    void ignoresAndCountsDuplicatesWithinARequest() {
        Iterator<NewFileTask> files = Stream.of("a", "b", "a")
                .map(item -> NewFileTask.notStored(item, item))
                .iterator();

        Submission.Accepted accepted = db.submission.submit(task(), files).orElseThrow();

        assertThat(accepted.totalFiles()).isEqualTo(2);
        assertThat(accepted.duplicatesIgnored()).isEqualTo(1);
        assertThat(db.task(accepted.id()).status()).isEqualTo(TaskStatus.PENDING);
        assertThat(db.task(accepted.id()).duplicatesIgnored()).isEqualTo(1);
    }

    @Test
    void storesNothingWithoutFiles() {
        NewUploadTask task = task();

        assertThat(db.submission.submit(task, List.<NewFileTask>of().iterator()))
                .isEmpty();

        assertThat(db.uploadTasks.find("ann", task.id())).isEmpty();
    }

    @Test
    void storesNothingWhenTheListingFails() {
        NewUploadTask task = task();
        Iterator<NewFileTask> files = Stream.iterate(1, i -> i + 1)
                .map(i -> {
                    if (i > 2500) {
                        throw new IllegalStateException("the folder vanished");
                    }
                    return NewFileTask.notStored("file " + i, "file");
                })
                .iterator();

        assertThatThrownBy(() -> db.submission.submit(task, files)).hasMessage("the folder vanished");

        assertThat(db.uploadTasks.find("ann", task.id())).isEmpty();
        assertThat(db.jdbc
                        .sql("select count(*) from jobrunr_jobs")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void keepsTheOrderOfTheRequest() {
        UUID task = db.submit("ann", 3000);

        assertThat(db.jdbc
                        .sql("select item from file_task where upload_task_id = :id order by id")
                        .param("id", task)
                        .query(String.class)
                        .list())
                .startsWith("file 1", "file 2", "file 3")
                .endsWith("file 2999", "file 3000");
    }
}
