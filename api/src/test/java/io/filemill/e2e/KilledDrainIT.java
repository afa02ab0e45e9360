package io.filemill.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import io.filemill.db.task.FileTask;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a kill in the middle of a fast drain costs. */
@ExtendWith(PostgresExtension.class)
final class KilledDrainIT {
    private static final int FILES = 5000;
    private static final int SLOTS = 4;
    private static final int ENDS_THAT_WAIT = 512;
    private static final int FILES_HELD_IN_ADVANCE = 512;

    private final TestDatabase db;

    @TempDir
    Path workDir;

    KilledDrainIT(TestDatabase db) {
        this.db = db;
    }

    private Program worker() {
        return Program.worker(
                workDir,
                Map.of(
                        "FILEMILL_DB_URL", db.url,
                        "FILEMILL_DATA_DIR", workDir.toString(),
                        "MAX_WORKERS", Integer.toString(SLOTS)));
    }

    @Test
    void runsAFewFilesAgainAndCountsAllOnce() throws InterruptedException {
        UUID task = db.submit("ann", FILES);
        try (Program first = worker()) {
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> db.task(task).processedFiles() > FILES / 4);
            first.kill();
            assertThat(db.task(task).status().isFinal()).isFalse();
        }
        try (Program second = worker()) {
            await().atMost(Duration.ofMinutes(3))
                    .until(() -> db.task(task).status().isFinal());
        }

        assertThat(db.task(task).successfulFiles()).isEqualTo(FILES);
        assertThat(db.wrongCounters()).isEmpty();
        assertThat(db.fileTasks.list(task, null, null, 0, FILES))
                .filteredOn(file -> file.crashCount() > 0)
                .hasSizeLessThanOrEqualTo(ENDS_THAT_WAIT + FILES_HELD_IN_ADVANCE + SLOTS)
                .extracting(FileTask::crashCount)
                .allMatch(crashes -> crashes == 1);
    }
}
