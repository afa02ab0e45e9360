package io.filemill.worker;

import io.filemill.db.DatabaseConfiguration;
import io.filemill.db.telemetry.Telemetry;
import io.filemill.worker.document.DocumentConfiguration;
import io.filemill.worker.node.WorkerNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
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
        return start(properties, shutdownHook, context -> {});
    }

    /**
     * Starts a node inside another program, as {@link #start(Map, boolean)} does without a shutdown hook.
     *
     * @param telemetry where it counts; the caller closes it
     */
    public static RunningWorker start(Map<String, Object> properties, Telemetry telemetry) {
        return start(
                properties, false, context -> context.getBeanFactory().registerSingleton("sharedTelemetry", telemetry));
    }

    private static RunningWorker start(
            Map<String, Object> properties,
            boolean shutdownHook,
            ApplicationContextInitializer<ConfigurableApplicationContext> initializer) {
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.config.name=filemill",
                "--spring.main.keep-alive="
                        + shutdownHook)); // JobRunr's threads end when it gives up, and are not enough
        properties.forEach((name, value) -> arguments.add("--" + name + "=" + value));
        ConfigurableApplicationContext context = new SpringApplicationBuilder(WorkerApplication.class)
                .web(WebApplicationType.NONE)
                .initializers(initializer)
                .bannerMode(Banner.Mode.OFF)
                .registerShutdownHook(shutdownHook)
                .logStartupInfo(false)
                .run(arguments.toArray(String[]::new));
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
