package io.filemill.api.health;

import io.filemill.db.Database;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Whether the schema has every migration that this server needs. Once it has, it is not asked again: nothing takes a migration back. */
@Component
final class SchemaHealthIndicator implements HealthIndicator {
    private final Database database;
    private volatile boolean current;

    SchemaHealthIndicator(Database database) {
        this.database = database;
    }

    @Override
    public Health health() {
        if (!current) {
            try {
                current = database.hasCurrentSchema();
            } catch (RuntimeException e) {
                return Health.down(e).build();
            }
        }
        return current ? Health.up().build() : Health.outOfService().build();
    }
}
