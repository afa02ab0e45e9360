package io.filemill.worker.purge;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.audit.AuditLog;
import io.filemill.db.queue.FinishedJobs;
import io.filemill.db.queue.IdempotencyKeys;
import io.filemill.db.storage.FileStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PostgresExtension.class)
class PurgerIT {
    private final TestDatabase db;

    @TempDir
    Path root;

    PurgerIT(TestDatabase db) {
        this.db = db;
    }

    private Purger purger(FileStore store) {
        return new Purger(
                db.uploadTasks,
                store,
                db.nodes,
                new Purger.Leftovers(
                        new FinishedJobs(db.jdbc),
                        new IdempotencyKeys(db.jdbc),
                        db.limits,
                        new AuditLog(db.jdbc, db.transaction),
                        Duration.ofDays(400)),
                Duration.ofHours(1));
    }

    private FileStore store() {
        return new FileStore(root, Clock.systemUTC());
    }

    private Path bytesOf(UUID task) throws IOException {
        return store().path(store().store(task, 1, new ByteArrayInputStream(new byte[] {1}))
                .storedAs());
    }

    @Test
    void deletesEndedTasksWithTheirBytesAndKeepsTheOthers() throws IOException {
        UUID old = db.submit("ann", 2);
        UUID running = db.submit("ann", 2);
        Path bytesOfOld = bytesOf(old);
        Path bytesOfRunning = bytesOf(running);
        db.uploadTasks.cancel("ann", old);
        db.jdbc
                .sql(
                        "update upload_task set created_at = now() - interval '1 day', finished_at = case when id = :old then now() - interval '2 hours' end")
                .param("old", old)
                .update();
        db.jdbc
                .sql(
                        "update jobrunr_jobs set state = 'FAILED', updatedat = updatedat - interval '2 hours' where jobasjson like '%file 1%'")
                .update();

        assertThat(purger(store()).runOnce()).isEqualTo(1);
        assertThat(purger(store()).runOnce()).isZero();

        assertThat(bytesOfOld).doesNotExist();
        assertThat(bytesOfRunning).exists();
        assertThat(db.fileIds(old)).isEmpty();
        assertThat(db.fileIds(running)).hasSize(2);
        assertThat(db.jdbc
                        .sql("select count(*) from jobrunr_jobs where state = 'FAILED'")
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(db.jdbc
                        .sql("select count(*) from jobrunr_jobs")
                        .query(Long.class)
                        .single())
                .isEqualTo(2);
    }

    @Test
    void deletesBytesOfAnUploadThatWasNeverAccepted() throws IOException {
        UUID accepted = db.submit("ann", 1);
        Path kept = bytesOf(accepted);
        Path abandoned = bytesOf(UUID.randomUUID());
        var tomorrow =
                new FileStore(root, Clock.fixed(Clock.systemUTC().instant().plus(Duration.ofDays(2)), ZoneOffset.UTC));

        purger(store()).runOnce();
        assertThat(abandoned).exists();
        purger(tomorrow).runOnce();

        assertThat(abandoned).doesNotExist();
        assertThat(kept).exists();
    }
}
