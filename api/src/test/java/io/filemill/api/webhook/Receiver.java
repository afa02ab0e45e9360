package io.filemill.api.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A web server on loopback that is told of events. */
final class Receiver implements AutoCloseable {
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private volatile Behaviour behaviour = Receiver::ok;

    private Receiver(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                received.add(new Received(exchange));
                behaviour.answer(exchange);
            }
        });
        server.start();
    }

    static Receiver start() throws IOException {
        return new Receiver(0);
    }

    static Receiver startAt(int port) throws IOException {
        return new Receiver(port);
    }

    /** How it answers. */
    interface Behaviour {
        void answer(HttpExchange exchange) throws IOException;
    }

    static void ok(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(204, -1);
    }

    static Behaviour status(int status) {
        return exchange -> exchange.sendResponseHeaders(status, -1);
    }

    void behave(Behaviour other) {
        behaviour = other;
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return "http://127.0.0.1:" + port() + "/hook";
    }

    List<Received> received() {
        return received;
    }

    /** Those of a task or, with its id, of a webhook. */
    List<Received> of(String id) {
        return received.stream().filter(request -> request.body().contains(id)).toList();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** A request as it came. */
    record Received(
            String method, String path, String host, String id, String timestamp, String signature, String body) {
        private static final JsonMapper JSON = new JsonMapper();

        Received(HttpExchange exchange) throws IOException {
            this(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders().getFirst("Host"),
                    exchange.getRequestHeaders().getFirst("webhook-id"),
                    exchange.getRequestHeaders().getFirst("webhook-timestamp"),
                    exchange.getRequestHeaders().getFirst("webhook-signature"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        }

        JsonNode json() {
            return JSON.readTree(body);
        }

        int sequence() {
            return json().get("sequence").intValue();
        }

        /** As the documentation tells receivers to do it. */
        boolean isSignedWith(String secret) {
            try {
                byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(key, "HmacSHA256"));
                byte[] expected = mac.doFinal((id + "." + timestamp + "." + body).getBytes(StandardCharsets.UTF_8));
                return Arrays.stream(signature.split(" "))
                        .filter(part -> part.startsWith("v1,"))
                        .anyMatch(part -> Arrays.equals(Base64.getDecoder().decode(part.substring(3)), expected));
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }
    }
}
