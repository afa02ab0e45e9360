package io.filemill.worker.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.filemill.worker.node.NodeHealth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
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
 * Answers {@code /livez}, {@code /readyz} and {@code /startedz} with 200 or 503 and the reason, from what the node knows of itself: it
 * asks nothing of the database, so that it answers at once. It starts before the node and stops after it.
 */
public final class HealthServer implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(HealthServer.class);
    private static final Map<String, Function<NodeHealth, NodeHealth.Check>> PATHS =
            Map.of("/livez", NodeHealth::live, "/readyz", NodeHealth::ready, "/startedz", NodeHealth::started);

    private final InetSocketAddress address;
    private final Supplier<NodeHealth> health;
    private volatile @Nullable Running running;

    private record Running(HttpServer server, ExecutorService threads) {}

    /**
     * @param address where to listen; port 0 for any free one
     */
    public HealthServer(InetSocketAddress address, Supplier<NodeHealth> health) {
        this.address = address;
        this.health = health;
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
            LOG.atInfo().addKeyValue("address", server.getAddress()).log("Health is answered");
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The health port " + address + " cannot be listened on: " + e.getMessage()
                            + ". Set FILEMILL_WORKER_HEALTH_PORT to a free port, or to nothing.",
                    e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = PATHS.get(exchange.getRequestURI().getPath());
            if (path == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            NodeHealth.Check check = path.apply(health.get());
            byte[] body = JsonMapper.shared()
                    .writeValueAsString(Map.of("status", check.ok() ? "UP" : "DOWN", "detail", check.detail()))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            boolean withBody = !exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(check.ok() ? 200 : 503, withBody ? body.length : -1);
            if (withBody) {
                exchange.getResponseBody().write(body);
            }
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
