package io.filemill.api.dashboard;

import com.sun.net.httpserver.HttpServer;
import io.filemill.api.ApiProperties;
import io.filemill.db.queue.JobRunrStorage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.jobrunr.dashboard.JobRunrApiHandler;
import org.jobrunr.dashboard.JobRunrSseHandler;
import org.jobrunr.dashboard.JobRunrStaticFileHandler;
import org.jobrunr.dashboard.server.HttpExchangeHandler;
import org.jobrunr.dashboard.server.http.RedirectHttpHandler;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.storage.ThreadSafeStorageProvider;
import org.jobrunr.utils.mapper.JsonMapper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * JobRunr's dashboard on the address of the API and a port of its own, read-only and without JobRunr's anonymous statistics. JobRunr's own
 * server would listen on every address and let anyone delete jobs. When the port is taken, Filemill runs without its dashboard.
 */
@Component
final class Dashboard implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Dashboard.class);

    private final ApiProperties properties;
    private final DataSource dataSource;
    private @Nullable Running running;

    Dashboard(ApiProperties properties, DataSource dataSource) {
        this.properties = properties;
        this.dataSource = dataSource;
    }

    private record Running(HttpServer server, ExecutorService threads, List<HttpExchangeHandler> handlers) {}

    @Override
    public boolean isAutoStartup() {
        return properties.dashboard().enabled();
    }

    @Override
    public int getPhase() {
        return 0; // stops after the web server and before the database
    }

    @Override
    public void start() {
        var address =
                new InetSocketAddress(properties.host(), properties.dashboard().port());
        try {
            running = serve(HttpServer.create(address, 0));
            LOG.atInfo().addKeyValue("address", running.server().getAddress()).log("JobRunr's dashboard started");
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("address", address)
                    .addKeyValue("reason", e.getMessage())
                    .log("JobRunr's dashboard did not start, set FILEMILL_DASHBOARD_PORT to a free port");
        }
    }

    private Running serve(HttpServer server) {
        StorageProvider storage = new ThreadSafeStorageProvider(JobRunrStorage.open(dataSource));
        JsonMapper json = JobRunrStorage.jsonMapper();
        List<HttpExchangeHandler> handlers = List.of(
                new RedirectHttpHandler("/", "/dashboard"),
                new JobRunrStaticFileHandler(),
                new JobRunrApiHandler(storage, json, false),
                new JobRunrSseHandler(storage, json));
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, "dashboard");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        handlers.forEach(handler -> server.createContext(handler.getContextPath(), new ReadOnly(handler)));
        server.start();
        return new Running(server, threads, handlers);
    }

    @Override
    public void stop() {
        Running stopping = running;
        running = null;
        if (stopping != null) {
            stopping.handlers().forEach(HttpExchangeHandler::close);
            stopping.server().stop(0);
            stopping.threads().shutdownNow();
        }
    }

    @Override
    public boolean isRunning() {
        return running != null;
    }

    /** Where it listens, if it does; the port differs from the setting if that is 0. */
    Optional<InetSocketAddress> address() {
        return Optional.ofNullable(running).map(now -> now.server().getAddress());
    }
}
