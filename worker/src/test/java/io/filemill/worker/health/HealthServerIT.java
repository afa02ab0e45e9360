package io.filemill.worker.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.db.telemetry.Metrics;
import io.filemill.worker.node.NodeHealth;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthServerIT {
    private final HttpClient http = HttpClient.newHttpClient();
    private NodeHealth health = new NodeHealth(
            new NodeHealth.Check(true, "lives"),
            new NodeHealth.Check(false, "The node drains."),
            new NodeHealth.Check(true, "has started"));
    private final HealthServer server =
            new HealthServer(new InetSocketAddress("127.0.0.1", 0), () -> health, new Metrics());

    @AfterEach
    void stop() {
        server.stop();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void answersEachQuestionByItsOwnCode() throws Exception {
        server.start();

        assertThat(get("/livez").statusCode()).isEqualTo(200);
        assertThat(get("/startedz").statusCode()).isEqualTo(200);
        HttpResponse<String> ready = get("/readyz");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(ready.body()).contains("\"status\":\"DOWN\"").contains("\"detail\":\"The node drains.\"");
        assertThat(get("/other").statusCode()).isEqualTo(404);

        health = new NodeHealth(health.live(), new NodeHealth.Check(true, "ready"), health.started());
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void answersWithTheMetrics() throws Exception {
        server.start();

        HttpResponse<String> metrics = get("/actuator/prometheus");
        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.headers().firstValue("Content-Type")).hasValue(Metrics.CONTENT_TYPE);
        assertThat(metrics.body()).contains("# TYPE jvm_memory_used_bytes gauge");
        assertThat(get("/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void saysWhichPortIsTaken() {
        server.start();
        var second = new HealthServer(new InetSocketAddress("127.0.0.1", server.port()), () -> health, new Metrics());

        assertThatThrownBy(second::start)
                .hasMessageContaining(Integer.toString(server.port()))
                .hasMessageContaining("FILEMILL_WORKER_HEALTH_PORT");
    }
}
