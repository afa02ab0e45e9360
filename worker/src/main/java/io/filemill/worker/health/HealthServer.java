package io.filemill.worker.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.filemill.db.telemetry.Metrics;
import io.filemill.worker.node.NodeHealth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers {@code /livez}, {@code /readyz} and {@code /startedz} with 200 or 503 and the reason, from what the node knows of itself, and
 * {@code /actuator/prometheus} and {@code /metrics} with the metrics: it asks nothing of the database, so that it answers at once. It starts
 * before the node and stops after it.
 */
public final class HealthServer implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(HealthServer.class);
    private static final Map<String, Function<NodeHealth, NodeHealth.Check>> CHECKS =
            Map.of("/livez", NodeHealth::live, "/readyz", NodeHealth::ready, "/startedz", NodeHealth::started);

    private static final Set<String> METRICS = Set.of("/actuator/prometheus", "/metrics");

    private final InetSocketAddress address;
    private final Supplier<NodeHealth> health;
    private final Metrics metrics;
    private volatile @Nullable Running running;

    private record Running(HttpServer server, ExecutorService threads) {}

    /**
     * @param address where to listen; port 0 for any free one
     */
    public HealthServer(InetSocketAddress address, Supplier<NodeHealth> health, Metrics metrics) {
        this.address = address;
        this.health = health;
        this.metrics = metrics;
    }

    @Override
    public int getPhase() {
        return 0;
    }

    /**
     * Starts to listen.
     *
     * @throws UncheckedIOException if the port is in use
     */
    @Override
    public void start() {
        try {
            HttpServer server = HttpServer.create(address, 0);
            ExecutorService threads = Executors.newFixedThreadPool(2, task -> {
                var thread = new Thread(task, "health");
                thread.setDaemon(true);
                return thread;
            });
            server.setExecutor(threads);
            server.createContext("/", this::answer);
            server.start();
            running = new Running(server, threads);
            LOG.atInfo().addKeyValue("address", server.getAddress()).log("Health and metrics are answered");
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The health port " + address + " cannot be listened on: " + e.getMessage()
                            + ". Set FILEMILL_WORKER_HEALTH_PORT to a free port, or to nothing.",
                    e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            var check = CHECKS.get(path);
            if (check != null) {
                NodeHealth.Check checked = check.apply(health.get());
                String body = JsonMapper.shared()
                        .writeValueAsString(Map.of("status", checked.ok() ? "UP" : "DOWN", "detail", checked.detail()));
                answer(exchange, checked.ok() ? 200 : 503, "application/json", body);
            } else if (METRICS.contains(path)) {
                answer(exchange, 200, Metrics.CONTENT_TYPE, metrics.scrape());
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private static void answer(HttpExchange exchange, int status, String contentType, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", contentType);
        boolean withBody = !exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, withBody ? body.length : -1);
        if (withBody) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void stop() {
        Running stopping = running;
        running = null;
        if (stopping != null) {
            stopping.server().stop(0);
            stopping.threads().shutdownNow();
        }
    }

    @Override
    public boolean isRunning() {
        return running != null;
    }

    /** The port that it listens on, or 0 while it does not. */
    public int port() {
        Running now = running;
        return now == null ? 0 : now.server().getAddress().getPort();
    }
}
