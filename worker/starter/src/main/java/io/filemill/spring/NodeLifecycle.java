package io.filemill.spring;

import io.filemill.worker.WorkerApplication;
import io.filemill.worker.file.FileProcessor;
import java.util.HashMap;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;

/** Starts and stops the node with the application. */
final class NodeLifecycle implements SmartLifecycle {
    private final TaskService tasks;
    private final Address address;
    private final ObjectProvider<FileProcessor> processors;
    private final FilemillSettings settings;

    NodeLifecycle(
            TaskService tasks, Address address, ObjectProvider<FileProcessor> processors, FilemillSettings settings) {
        this.tasks = tasks;
        this.address = address;
        this.processors = processors;
        this.settings = settings;
    }

    @Override
    public boolean isAutoStartup() {
        return settings.hasNode();
    }

    @Override
    public void start() {
        tasks.node()
                .start(() -> WorkerApplication.startInside(
                        properties(), processors.orderedStream().toList()));
    }

    @Override
    public void stop() {
        tasks.node().stop();
    }

    @Override
    public boolean isRunning() {
        return tasks.node().isRunning();
    }

    private Map<String, Object> properties() {
        Map<String, Object> properties = new HashMap<>();
        settings.all().forEach((name, value) -> properties.put("filemill." + name, value));
        properties.put("filemill.db.url", address.url());
        properties.put("filemill.db.user", address.user());
        properties.put("filemill.db.password", address.password());
        properties.put("filemill.db.migrate", false); // done
        properties.putIfAbsent("filemill.worker.health-port", ""); // the application answers for it
        return properties;
    }
}
