package io.filemill.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiIT {
    private RunningApi api;

    @BeforeAll
    void start(TestDatabase database, @TempDir Path folder) {
        api = RunningApi.start(Map.of("filemill.db.url", database.url, "filemill.db.data-dir", folder));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void saysItsNameAndVersion() {
        assertThat(api.get("/v1").text()).isEqualTo("{\"name\":\"filemill\",\"version\":\"0.1.0-SNAPSHOT\"}");
    }

    @Test
    void uploads() {
        var answer = api.postMultipart(
                "/v1/tasks", new Multipart().file("a.txt", "hello").file("b/c.txt", "world"));
        System.err.println(answer.text());
        System.err.println(answer.response().headers());
        System.err.println(api.get(answer.header("Location")).text());
        System.err.println(api.get(answer.header("Location") + "/files").text());
        System.err.println(api.get("/v1/tasks/x").text());
        System.err.println(api.postJson("/v1/tasks", "{").text());
        System.err.println(api.postJson("/v1/tasks", "{\"paths\":[{}]}").text());
        System.err.println(api.post("/v1").text());
        System.err.println(api.post("/v1/tasks").text());
        System.err.println(api.get("/nope").text());
        System.err.println(api.get("/tasks").text());
        System.err.println(api.get("/actuator/health/readiness").text());
        System.err.println(api.get("/actuator/health/liveness").text());
        System.err.println(api.get("/actuator/health").text());
        System.err.println(api.get("/v1/nodes").text());
        assertThat(answer.status()).isEqualTo(201);
    }
}
