package io.filemill.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

class ApiPropertiesTest {
    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(ApiProperties.class)
    static class OnlyProperties {}

    private final ApplicationContextRunner context = new ApplicationContextRunner()
            .withInitializer(new ConfigDataApplicationContextInitializer())
            .withUserConfiguration(OnlyProperties.class);

    @Test
    void hasTheseDefaults() {
        context.run(started -> {
            ApiProperties properties = started.getBean(ApiProperties.class);
            assertThat(properties.host()).isEqualTo("127.0.0.1");
            assertThat(properties.port()).isEqualTo(8080);
            assertThat(properties.ingestRoots()).isEmpty();
            assertThat(properties.processors()).containsExactlyInAnyOrder("document", "noop");
            assertThat(properties.version()).isNotBlank();
            assertThat(properties.dashboard()).isEqualTo(new ApiProperties.Dashboard(true, 8000));
            assertThat(properties.worker()).isEqualTo(new ApiProperties.Worker(true));
            assertThat(properties.upload())
                    .isEqualTo(new ApiProperties.Upload(DataSize.ofGigabytes(100), DataSize.ofMegabytes(512), 1000));
        });
    }

    @Test
    void readsTheEnvironment() {
        Map<String, String> environment = Map.of(
                "FILEMILL_HOST", "0.0.0.0",
                "FILEMILL_PORT", "0",
                "FILEMILL_INGEST_ROOTS", "/a:/b",
                "FILEMILL_DASHBOARD_PORT", "0");
        context.withPropertyValues(pairs(environment)).run(started -> {
            ApiProperties properties = started.getBean(ApiProperties.class);
            assertThat(properties.host()).isEqualTo("0.0.0.0");
            assertThat(properties.port()).isZero();
            assertThat(properties.ingestRoots()).isEqualTo("/a:/b");
            assertThat(properties.dashboard().port()).isZero();
        });
    }

    private static String[] pairs(Map<String, String> properties) {
        return properties.entrySet().stream()
                .map(property -> property.getKey() + "=" + property.getValue())
                .toArray(String[]::new);
    }

    @Test
    void readsEveryProperty() {
        context.withPropertyValues(
                        "filemill.processors=document,noop,my-own",
                        "filemill.dashboard.enabled=false",
                        "filemill.worker.enabled=false")
                .run(started -> {
                    ApiProperties properties = started.getBean(ApiProperties.class);
                    assertThat(properties.processors()).contains("my-own");
                    assertThat(properties.dashboard().enabled()).isFalse();
                    assertThat(properties.worker().enabled()).isFalse();
                });
    }

    @Test
    void refusesWhatMakesNoSense() {
        Stream.of("filemill.port=70000", "filemill.host=", "filemill.dashboard.port=-1", "filemill.processors=")
                .forEach(property -> context.withPropertyValues(property)
                        .run(started -> assertThat(started)
                                .as(List.of(property).toString())
                                .hasFailed()));
    }
}
