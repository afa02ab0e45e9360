package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.api.cli.FilemillClient.Probe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class FilemillClientTest {
    @Test
    void tellsAFilemillServerFromOthersAndFromNone() throws IOException {
        try (var filemill = new FakeServer();
                var other = new FakeServer().replace("GET /v1", 200, "<html>hello</html>")) {
            assertThat(new FilemillClient(filemill.address()).probe()).isEqualTo(Probe.FILEMILL);
            assertThat(new FilemillClient(other.address()).probe()).isEqualTo(Probe.SOMETHING_ELSE);
        }
        assertThat(new FilemillClient(URI.create("http://127.0.0.1:" + Cli.unusedPort())).probe())
                .isEqualTo(Probe.NOTHING);
        assertThat(new FilemillClient(URI.create("http://filemill.invalid:8080")).probe())
                .isEqualTo(Probe.NOTHING);
    }

    @Test
    void sendsAFormOnceEvenIfTheAnswerGetsLost() throws IOException {
        var connections = new AtomicInteger();
        try (var socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> server = CompletableFuture.runAsync(() -> hangUp(socket, connections));
            var client = new FilemillClient(URI.create("http://127.0.0.1:" + socket.getLocalPort()));

            assertThatThrownBy(() -> client.post(
                            "/v1/tasks", Map.of("Content-Type", "text/plain"), out -> out.write('x'), JsonNode.class))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> client.post("/v1/tasks/t/cancel", JsonNode.class))
                    .isInstanceOf(IOException.class);

            socket.close();
            server.join();
        }
        assertThat(connections).hasValue(2);
    }

    /** Takes each request's first bytes and closes the connection. */
    private static void hangUp(ServerSocket socket, AtomicInteger connections) {
        try {
            while (true) {
                try (var connection = socket.accept()) {
                    connections.incrementAndGet();
                    byte[] start = connection.getInputStream().readNBytes(10);
                    assertThat(start).isNotEmpty();
                }
            }
        } catch (IOException e) {
            assertThat(socket.isClosed()).isTrue();
        }
    }
}
