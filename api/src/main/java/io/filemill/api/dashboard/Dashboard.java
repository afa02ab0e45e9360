package io.filemill.api.dashboard;

import com.sun.net.httpserver.HttpServer;
import io.filemill.api.ApiProperties;
import io.filemill.api.security.CurrentUser;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * JobRunr's dashboard on the address of the API and a port of its own, where nobody signs in; {@link DashboardServlet} is the one for
 * administrators. JobRunr's own server would listen on every address and let anyone delete jobs. When the port is taken, Filemill runs
 * without this one.
 */
@Component
final class Dashboard implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Dashboard.class);

    private final ApiProperties properties;
    private final CurrentUser user;
    private final DataSource dataSource;
    private @Nullable Running running;

    Dashboard(ApiProperties properties, CurrentUser user, DataSource dataSource) {
        this.properties = properties;
        this.user = user;
        this.dataSource = dataSource;
    }

    private record Running(HttpServer server, ExecutorService threads, JobRunrPages pages) {}

    @Override
    public boolean isAutoStartup() {
        return properties.dashboard().enabled() && user.isOpen();
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
        var pages = new JobRunrPages(dataSource);
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, "dashboard");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        pages.pages().forEach(page -> server.createContext(page.path(), page.handler()));
        server.start();
        return new Running(server, threads, pages);
    }

    @Override
    public void stop() {
        Running stopping = running;
        running = null;
        if (stopping != null) {
            stopping.pages().close();
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
