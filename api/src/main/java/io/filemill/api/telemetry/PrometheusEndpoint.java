package io.filemill.api.telemetry;

import io.filemill.db.telemetry.Metrics;
import io.filemill.db.telemetry.Telemetry;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.stereotype.Component;

/** The metrics of this process, its own node's included, and those of the cluster. */
@Component
@WebEndpoint(id = "prometheus")
final class PrometheusEndpoint {
    private final Metrics metrics;

    PrometheusEndpoint(Telemetry telemetry, ClusterGauges cluster) {
        this.metrics = telemetry.metrics();
        metrics.bindAtFirstScrape(cluster);
    }

    @ReadOperation(produces = Metrics.CONTENT_TYPE)
    String scrape() {
        return metrics.scrape();
    }
}
