package io.filemill.api;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The server: HTTP, and a worker node unless that is switched off. */
@SpringBootApplication
public class ApiApplication {
    /**
     * Starts a server and returns when it answers.
     *
     * @param properties settings that come before those of the environment
     */
    public static ConfigurableApplicationContext start(Map<String, Object> properties) {
        var application = new SpringApplication(ApiApplication.class);
        application.setDefaultProperties(properties);
        return application.run();
    }
}
