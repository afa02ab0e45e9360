package io.filemill.api.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.api.RunningApi;
import io.filemill.db.PostgresServer;
import io.filemill.db.StatementCounter;
import io.filemill.worker.RunningWorker;
import io.filemill.worker.WorkerApplication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a cluster asks of its database while there is nothing to do. */
class IdleIT {
    private static final Duration SETTLING = Duration.ofSeconds(8);
    private static final Duration WINDOW = Duration.ofSeconds(32); // two polls of JobRunr, a tick of the pumps
    private static final int STATEMENTS_PER_SECOND = 5;

    @TempDir
    Path dataDir;

    private static void pass(Duration time) throws InterruptedException {
        boolean ignored = new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Test
    void threeIdleNodesSendFewStatements() throws Exception {
        String url = PostgresServer.instance().newDatabase();
        try (StatementCounter counter = StatementCounter.of(url)) {
            Map<String, Object> settings = Map.of(
                    "filemill.db.url",
                    counter.through(url),
                    "filemill.db.data-dir",
                    dataDir,
                    "filemill.worker.enabled",
                    true,
                    "filemill.worker.max-workers",
                    2);
            try (RunningApi api = RunningApi.start(settings);
                    RunningWorker second = WorkerApplication.start(settings, false);
                    RunningWorker third = WorkerApplication.start(settings, false)) {
                assertThat(second.isLive() && third.isLive()).isTrue();
                assertThat(api.get("/v1/nodes").json().path("nodes")).hasSize(3);
                pass(SETTLING);

                counter.reset();
                pass(WINDOW);

                assertThat(counter.statements())
                        .as(counter.table())
                        .isPositive()
                        .isLessThan(STATEMENTS_PER_SECOND * WINDOW.toSeconds());
            }
        }
    }
}
