package io.filemill.api;

import io.filemill.api.cli.BenchPlan;
import io.filemill.api.cli.BenchReport;
import io.filemill.api.cli.CommandFailure;
import io.filemill.api.cli.Keyring;
import io.filemill.api.cli.Launcher;
import io.filemill.api.cli.LocalServer;
import io.filemill.api.security.CurrentUser;
import io.filemill.api.security.OpenModeCheck.OpenToNetworkException;
import io.filemill.db.DataDirectoryInUseException;
import io.filemill.db.Database;
import io.filemill.db.DatabaseProperties;
import io.filemill.db.DatabaseUnreachableException;
import io.filemill.worker.WorkerApplication;
import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.Lifecycle;

/** Starts application contexts for the command line. */
final class InProcessLauncher implements Launcher {
    private final Function<Map<String, Object>, ConfigurableApplicationContext> api;
    private final Function<Map<String, Object>, ?> worker;

    InProcessLauncher() {
        this(ApiApplication::start, properties -> WorkerApplication.start(properties, true));
    }

    InProcessLauncher(
            Function<Map<String, Object>, ConfigurableApplicationContext> api,
            Function<Map<String, Object>, ?> worker) {
        this.api = api;
        this.worker = worker;
    }

    @Override
    public LocalServer startServer(LocalServer.Options options) {
        if (options.quiet()) {
            // Failures reach the person as one sentence, not as log lines across a progress bar. A property of the
            // process, because
            // the server and its node set up the same console, each from its own context.
            System.setProperty("logging.threshold.console", "off");
        }
        return new ContextServer(explainFailure(() -> api.apply(properties(options, System.getenv()))));
    }

    @Override
    public void startWorker() {
        Object started = explainFailure(() -> worker.apply(Map.of()));
        assert started != null;
    }

    @Override
    public String migrate() {
        LoggingSystem.get(getClass().getClassLoader()).beforeInitialize(); // no application starts that would set it up
        return explainFailure(() -> {
            var properties = new DatabaseProperties(
                    Path.of(""),
                    System.getenv().getOrDefault("FILEMILL_DB_URL", ""),
                    System.getenv().getOrDefault("FILEMILL_DB_USER", ""),
                    System.getenv().getOrDefault("FILEMILL_DB_PASSWORD", ""),
                    2,
                    true);
            try (Database database = Database.open(properties)) {
                return "The schema is up to date: " + database.url();
            }
        });
    }

    @Override
    public Keyring keys() {
        LoggingSystem.get(getClass().getClassLoader()).beforeInitialize();
        return explainFailure(() -> DatabaseKeyring.open(System.getenv()));
    }

    @Override
    public BenchReport bench(BenchPlan plan, Consumer<String> note) throws InterruptedException {
        if (plan.quiet()) {
            System.setProperty("logging.threshold.console", "off");
        }
        Map<String, Object> properties = Map.of(
                "filemill.worker.enabled",
                false,
                "filemill.host",
                "127.0.0.1",
                "filemill.port",
                0,
                "filemill.dashboard.enabled",
                false,
                "filemill.auth.mode",
                "open");
        try (ConfigurableApplicationContext server = explainFailure(() -> api.apply(properties))) {
            return new Benchmark(server, plan, note).run();
        }
    }

    static Map<String, Object> properties(LocalServer.Options options, Map<String, String> environment) {
        var properties = new HashMap<String, Object>();
        properties.put("filemill.worker.enabled", options.worker());
        put(properties, "filemill.host", options.host());
        put(properties, "filemill.port", options.port());
        if (options.dashboardPort() != null) {
            properties.put("filemill.dashboard.enabled", options.dashboardPort() != 0);
            properties.put("filemill.dashboard.port", options.dashboardPort());
        }
        if (!options.ingestRoots().isEmpty()) {
            Stream<String> configured = Stream.of(environment.getOrDefault("FILEMILL_INGEST_ROOTS", ""))
                    .filter(roots -> !roots.isBlank());
            Stream<String> own = options.ingestRoots().stream().map(InProcessLauncher::root);
            properties.put(
                    "filemill.ingest-roots",
                    Stream.concat(configured, own).distinct().collect(Collectors.joining(File.pathSeparator)));
        }
        return properties;
    }

    /** The setting joins its folders by a separator that a name may contain; the nearest folder above that does not is as good. */
    private static String root(Path path) {
        Path root = path;
        while (root.toString().contains(File.pathSeparator) && root.getParent() != null) {
            root = root.getParent();
        }
        return root.toString();
    }

    private static void put(Map<String, Object> properties, String name, @Nullable Object value) {
        if (value != null) {
            properties.put(name, value);
        }
    }

    private static <T> T explainFailure(Supplier<T> start) {
        try {
            return start.get();
        } catch (CommandFailure e) {
            throw e;
        } catch (RuntimeException e) {
            throw new CommandFailure(reason(e), e);
        }
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DataDirectoryInUseException
                    || cause instanceof DatabaseUnreachableException
                    || cause instanceof OpenToNetworkException) {
                return String.valueOf(cause.getMessage());
            }
            if (cause instanceof PortInUseException port) {
                return "Port " + port.getPort() + " is in use by another program.";
            }
            root = cause;
        }
        return "Filemill could not start: " + (root.getMessage() == null ? root.toString() : root.getMessage());
    }

    /** A server that is an application context. */
    private record ContextServer(ConfigurableApplicationContext context) implements LocalServer {
        @Override
        public URI address() {
            return uri(host(), property("local.server.port", ""));
        }

        @Override
        public @Nullable URI dashboard() {
            if (!context.getBean(CurrentUser.class).isOpen()) {
                boolean enabled =
                        context.getEnvironment().getProperty("filemill.dashboard.enabled", Boolean.class, true);
                return enabled ? URI.create(address() + "/dashboard") : null;
            }
            boolean running = context.containsBean("dashboard")
                    && context.getBean("dashboard", Lifecycle.class).isRunning();
            return running ? uri(host(), property("filemill.dashboard.port", "8000")) : null;
        }

        @Override
        public String storage() {
            String url = property("filemill.db.url", "");
            String folder = property("filemill.db.data-dir", "");
            return url.isBlank() ? folder : folder + " and " + url;
        }

        @Override
        public void close() {
            context.close();
        }

        private String host() {
            String host = property("filemill.host", "127.0.0.1");
            return host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
        }

        private String property(String name, String otherwise) {
            return context.getEnvironment().getProperty(name, otherwise);
        }

        private static URI uri(String host, String port) {
            return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
        }
    }
}
