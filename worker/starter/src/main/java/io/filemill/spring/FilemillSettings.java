package io.filemill.spring;

import io.filemill.db.DatabaseProperties;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.env.Environment;

/**
 * What the application says under {@code filemill}, as names and texts.
 *
 * @param all without the {@code filemill.} before each name
 */
record FilemillSettings(Map<String, String> all) {
    static FilemillSettings of(Environment environment) {
        Map<String, String> all = new HashMap<>();
        Binder.get(environment)
                .bind("filemill", Bindable.mapOf(String.class, String.class))
                .orElse(Map.of())
                .forEach((name, value) -> all.put(DataObjectPropertyName.toDashedForm(name), value));
        all.putIfAbsent(
                "db.data-dir",
                environment.getProperty("FILEMILL_DATA_DIR", System.getProperty("user.home") + "/.filemill"));
        return new FilemillSettings(all);
    }

    DatabaseProperties database() {
        return new DatabaseProperties(
                dataDir(),
                all.getOrDefault("db.url", ""),
                all.getOrDefault("db.user", ""),
                all.getOrDefault("db.password", ""),
                Integer.parseInt(all.getOrDefault("db.pool-size", "10")),
                Boolean.parseBoolean(all.getOrDefault("db.migrate", "true")));
    }

    Path dataDir() {
        return Path.of(all.getOrDefault("db.data-dir", ""));
    }

    boolean migrates() {
        return Boolean.parseBoolean(all.getOrDefault("db.migrate", "true"));
    }

    boolean hasNode() {
        return Boolean.parseBoolean(all.getOrDefault("worker.enabled", "true"));
    }

    Duration purgeInterval() {
        return DurationStyle.detectAndParse(all.getOrDefault("worker.purge-interval", "7200s"));
    }

    Duration auditMaxAge() {
        return DurationStyle.detectAndParse(all.getOrDefault("worker.audit-max-age", "400d"));
    }

    Duration purgeMaxAge() {
        return DurationStyle.detectAndParse(all.getOrDefault("worker.purge-max-age", "3600s"));
    }
}
