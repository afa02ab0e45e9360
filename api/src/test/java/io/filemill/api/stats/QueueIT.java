package io.filemill.api.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.api.RunningApi;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueueIT {
    private RunningApi api;
    private TestDatabase database;

    @BeforeAll
    void start(TestDatabase database, @TempDir Path folder) {
        this.database = database;
        database.jdbc.sql("truncate queue_sample").update();
        api = RunningApi.start(Map.of("filemill.db.url", database.url, "filemill.db.data-dir", folder));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void anIdleClusterHasExplicitZeros() {
        assertThat(api.get("/v1/stats/queue").text())
                .isEqualTo("{\"ready\":0,\"running\":0,\"pending_later\":0,\"paused\":0,\"oldest_ready_at\":null,"
                        + "\"oldest_ready_age_seconds\":0.0,\"slots_total\":0,\"slots_free\":0,"
                        + "\"nodes\":{\"active\":0,\"draining\":0,\"lost\":0,\"stopped\":0}}");
    }

    @Test
    void showsTheFilesOfAllUsersAndTheSlotsForThem() {
        database.submit("ann", 2);
        database.submit("bob", 3);
        database.node();

        JsonNode figures = api.get("/v1/stats/queue").json();

        assertThat(figures.get("ready").intValue()).isEqualTo(5);
        assertThat(Instant.parse(figures.get("oldest_ready_at").stringValue())).isAfter(Instant.EPOCH);
        assertThat(figures.get("slots_total").intValue()).isEqualTo(4);
        assertThat(figures.get("slots_free").intValue()).isEqualTo(4);
        assertThat(figures.get("nodes").get("active").intValue()).isEqualTo(1);
    }

    @Test
    void theHistoryOfAnIdleClusterIsOfZeros() {
        await().until(() ->
                !api.get("/v1/stats/queue/history").json().get("samples").isEmpty());

        JsonNode history = api.get("/v1/stats/queue/history").json();
        assertThat(history.get("minutes").intValue()).isEqualTo(60);
        assertThat(history.get("step_seconds").intValue()).isEqualTo(15);
        JsonNode sample = history.get("samples").get(0);
        Instant at = Instant.parse(sample.get("at").stringValue());
        assertThat(at.getEpochSecond() % 15).isZero();
        assertThat(sample.toString())
                .endsWith(",\"ready\":0,\"running\":0,\"pending_later\":0,\"paused\":0,\"slots_total\":0,"
                        + "\"finished_per_second\":0.0,\"failed_per_second\":0.0}");
    }

    @Test
    void aLongHistoryHasNoMorePointsThanAnHour() {
        assertThat(api.get("/v1/stats/queue/history?minutes=1440")
                        .json()
                        .get("step_seconds")
                        .intValue())
                .isEqualTo(360);
        assertThat(api.get("/v1/stats/queue/history?minutes=61")
                        .json()
                        .get("step_seconds")
                        .intValue())
                .isEqualTo(30);
        for (String minutes : new String[] {"0", "1441", "x"}) {
            assertThat(api.get("/v1/stats/queue/history?minutes=" + minutes).status())
                    .as(minutes)
                    .isEqualTo(400);
        }
    }
}
