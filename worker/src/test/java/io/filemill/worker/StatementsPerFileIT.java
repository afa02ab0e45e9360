package io.filemill.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.db.PostgresExtension;
import io.filemill.db.StatementCounter;
import io.filemill.db.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** How many statements a node needs for a file that does nothing. */
@ExtendWith(PostgresExtension.class)
class StatementsPerFileIT {
    private static final int FILES = 6000;
    private static final double STATEMENTS_PER_FILE = 0.5;

    private final TestDatabase db;

    @TempDir
    Path dataDir;

    StatementsPerFileIT(TestDatabase db) {
        this.db = db;
    }

    private void awaitEnd(UUID task) {
        await().atMost(Duration.ofMinutes(3)).until(() -> db.task(task).status().isFinal());
    }

    @Test
    void manyShortFilesShareTheirStatements() throws Exception {
        try (StatementCounter counter = StatementCounter.of(db.url);
                RunningWorker ignored = WorkerApplication.start(
                        Map.of(
                                "filemill.db.url",
                                counter.through(db.url),
                                "filemill.db.data-dir",
                                dataDir,
                                "filemill.worker.max-workers",
                                8),
                        false)) {
            awaitEnd(db.submit("ann", FILES)); // the node learns how fast files end

            counter.reset();
            awaitEnd(db.submit("ann", FILES));

            assertThat((double) counter.statements() / FILES)
                    .as(counter.table())
                    .isPositive()
                    .isLessThan(STATEMENTS_PER_FILE);
        }
    }
}
