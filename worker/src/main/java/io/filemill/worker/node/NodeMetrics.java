package io.filemill.worker.node;

import io.filemill.worker.file.RunningFiles;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.Supplier;

/** How this node is, as meters that are read when somebody looks at them. */
public final class NodeMetrics implements MeterBinder {
    private final int slots;
    private final RunningFiles running;
    private final Supplier<NodeHealth> health;

    public NodeMetrics(int slots, RunningFiles running, Supplier<NodeHealth> health) {
        this.slots = slots;
        this.running = running;
        this.health = health;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        gauge(meters, "filemill.node.slots", "Files that this node can run at once", () -> slots);
        gauge(meters, "filemill.node.slots.busy", "Files that this node runs", running::processing);
        gauge(
                meters,
                "filemill.node.files.held",
                "Files that wait on this node for a slot, or for the commit of their end",
                () -> Math.max(0, running.size() - running.processing()));
        gauge(
                meters,
                "filemill.node.live",
                "0 if only a restart can help this node",
                () -> number(health.get().live()));
        gauge(
                meters,
                "filemill.node.ready",
                "Whether this node takes files",
                () -> number(health.get().ready()));
    }

    private static int number(NodeHealth.Check check) {
        return check.ok() ? 1 : 0;
    }

    private static void gauge(MeterRegistry meters, String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value)
                .description(description)
                .strongReference(true)
                .register(meters);
    }
}
