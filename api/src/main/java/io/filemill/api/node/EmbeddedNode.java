package io.filemill.api.node;

import io.filemill.api.ApiProperties;
import io.filemill.db.Database;
import io.filemill.db.DatabaseProperties;
import io.filemill.db.telemetry.Telemetry;
import io.filemill.worker.RunningWorker;
import io.filemill.worker.WorkerApplication;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ApplicationArguments;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The worker node inside this process, if it is to have one. It starts once the database is up and before the first request is answered,
 * and stops after the last one, while the database still runs.
 */
@Component
final class EmbeddedNode implements SmartLifecycle {
    private final ApiProperties properties;
    private final Database database;
    private final DatabaseProperties databaseProperties;
    private final ApplicationArguments arguments;
    private final Telemetry telemetry;
    private volatile @Nullable RunningWorker worker;

    EmbeddedNode(
            ApiProperties properties,
            Database database,
            DatabaseProperties databaseProperties,
            ApplicationArguments arguments,
            Telemetry telemetry) {
        this.properties = properties;
        this.database = database;
        this.databaseProperties = databaseProperties;
        this.arguments = arguments;
        this.telemetry = telemetry;
    }

    @Override
    public boolean isAutoStartup() {
        return properties.worker().enabled();
    }

    @Override
    public int getPhase() {
        return 0; // the web server's is far higher, so it starts later and stops earlier
    }

    @Override
    public void start() {
        worker = WorkerApplication.start(workerProperties(), telemetry);
    }

    @Override
    public void stop() {
        RunningWorker running = worker;
        worker = null;
        if (running != null) {
            running.close();
        }
    }

    /** Whether the node works or will by itself; true where there is none. */
    boolean isLive() {
        RunningWorker running = worker;
        return running == null || running.isLive();
    }

    @Override
    public boolean isRunning() {
        return worker != null;
    }

    /** What this process was started with, and the database that is already running. */
    private Map<String, Object> workerProperties() {
        var worker = new HashMap<String, Object>();
        for (String name : arguments.getOptionNames()) {
            if (name.startsWith("filemill.") && arguments.getOptionValues(name) != null) {
                worker.put(name, String.join(",", arguments.getOptionValues(name)));
            }
        }
        worker.put("filemill.db.url", database.url());
        worker.put("filemill.db.data-dir", databaseProperties.dataDir());
        worker.put("filemill.db.migrate", false);
        worker.put("filemill.worker.health-port", ""); // this process answers for it
        worker.put("filemill.db.user", databaseProperties.user());
        worker.put("filemill.db.password", databaseProperties.password());
        return worker;
    }
}
