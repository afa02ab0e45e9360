package io.filemill.api.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filemill.api.Multipart;
import io.filemill.api.RunningApi;
import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@ExtendWith(PostgresExtension.class)
class EmbeddedNodeIT {
    @Test
    void runsTheFilesOfThisProcessAndEndsWithIt(TestDatabase database, @TempDir Path folder) {
        try (RunningApi api = RunningApi.start(Map.of(
                "filemill.db.url",
                database.url,
                "filemill.db.data-dir",
                folder,
                "filemill.worker.enabled",
                true,
                "filemill.worker.node-name",
                "the one inside"))) {
            JsonNode node = api.get("/v1/nodes").json().get("nodes").get(0);
            assertThat(node.get("name").stringValue()).isEqualTo("the one inside");
            assertThat(node.get("status").stringValue()).isEqualTo("active");
            String task = api.postMultipart(
                            "/v1/tasks",
                            new Multipart().file("a", "a").file("b", "b").field("processor", "noop"))
                    .header("Location");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !api.get(task).json().get("outcome").isNull());
            assertThat(api.get(task).json().get("outcome").stringValue()).isEqualTo("success");
            assertThat(api.get(task + "/files").json().get("files").valueStream())
                    .allSatisfy(
                            file -> assertThat(file.get("node").stringValue()).isEqualTo("the one inside"));
        }
        assertThat(database.nodes.list())
                .singleElement()
                .satisfies(node -> assertThat(node.status()).isEqualTo("stopped"));
    }
}
