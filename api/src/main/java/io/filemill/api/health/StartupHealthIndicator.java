package io.filemill.api.health;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ApplicationListener;
import org.springframework.stereotype.Component;

/** Whether the server has started, its own node included. What happens later changes nothing. */
@Component
final class StartupHealthIndicator
        implements HealthIndicator, ApplicationListener<AvailabilityChangeEvent<ReadinessState>> {
    private volatile boolean started;

    @Override
    public void onApplicationEvent(AvailabilityChangeEvent<ReadinessState> event) {
        if (event.getState() == ReadinessState.ACCEPTING_TRAFFIC) {
            started = true;
        }
    }

    @Override
    public Health health() {
        return started ? Health.up().build() : Health.outOfService().build();
    }
}
