package io.filemill.api.node;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Whether the node inside this process works or will by itself. Up where there is none. */
@Component
final class NodeHealthIndicator implements HealthIndicator {
    private final EmbeddedNode node;

    NodeHealthIndicator(EmbeddedNode node) {
        this.node = node;
    }

    @Override
    public Health health() {
        return node.isLive() ? Health.up().build() : Health.down().build();
    }
}
