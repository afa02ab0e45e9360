package io.filemill.db.telemetry;

/**
 * The metrics and the traces of one process. Several application contexts in it share them: the one that made them closes them.
 */
public record Telemetry(Metrics metrics, Traces traces) implements AutoCloseable {
    @Override
    public void close() {
        traces.close();
        metrics.close();
    }
}
