package io.filemill.worker;

import io.filemill.db.DatabaseConfiguration;
import io.filemill.db.telemetry.Telemetry;
import io.filemill.worker.document.DocumentConfiguration;
import io.filemill.worker.file.FileProcessor;
import io.filemill.worker.node.WorkerNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** A worker node, alone in its process or beside an API. */
@SpringBootConfiguration(proxyBeanMethods = false)
@Import({DatabaseConfiguration.class, WorkerConfiguration.class, DocumentConfiguration.class})
public class WorkerApplication {
    public static void main(String[] args) {
        @SuppressWarnings("resource") // closed by the shutdown hook
        RunningWorker ignored = start(Map.of(), true);
    }

    /**
     * Starts a node and returns when it takes work. Closing what is returned drains the node; the process's own end does so too where a
     * shutdown hook is asked for.
     *
     * @param properties settings that win over those of the environment
     * @param shutdownHook whether the node owns the process
     * @throws RuntimeException if the database cannot be reached or a setting is wrong; the message says which
     */
    public static RunningWorker start(Map<String, Object> properties, boolean shutdownHook) {
        return start(properties, shutdownHook, application -> {});
    }

    /**
     * Starts a node inside another program, as {@link #start(Map, boolean)} does without a shutdown hook.
     *
     * @param telemetry where it counts; the caller closes it
     */
    public static RunningWorker start(Map<String, Object> properties, Telemetry telemetry) {
        return start(
                properties,
                false,
                application -> application.addInitializers(
                        context -> context.getBeanFactory().registerSingleton("sharedTelemetry", telemetry)));
    }

    /**
     * Starts a node inside of another application, whose logging it leaves as it is. Closing what is returned drains the node.
     *
     * @param properties settings that win over those of the environment
     * @param processors those of the application, beside the node's own; the node does not close them
     */
    public static RunningWorker startInside(Map<String, Object> properties, List<FileProcessor> processors) {
        return start(properties, false, application -> {
            application.setListeners(application.getListeners().stream()
                    .filter(listener -> !(listener instanceof LoggingApplicationListener))
                    .toList());
            application.addInitializers(context -> {
                for (FileProcessor processor : processors) {
                    context.getBeanFactory().registerSingleton("processor " + processor.name(), processor);
                }
            });
        });
    }

    private static RunningWorker start(
            Map<String, Object> properties, boolean shutdownHook, Consumer<SpringApplication> customizer) {
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.config.name=filemill",
                "--spring.main.keep-alive="
                        + shutdownHook)); // JobRunr's threads end when it gives up, and are not enough
        properties.forEach((name, value) -> arguments.add("--" + name + "=" + value));
        SpringApplicationBuilder builder = new SpringApplicationBuilder(WorkerApplication.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .registerShutdownHook(shutdownHook)
                .logStartupInfo(false);
        customizer.accept(builder.application());
        ConfigurableApplicationContext context = builder.run(arguments.toArray(String[]::new));
        WorkerNode node = context.getBean(WorkerNode.class);
        return new RunningWorker() {
            @Override
            public boolean isLive() {
                return node.health().live().ok();
            }

            @Override
            public void close() {
                context.close();
            }
        };
    }
}
