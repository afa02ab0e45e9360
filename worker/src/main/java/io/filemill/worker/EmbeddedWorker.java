package io.filemill.worker;

import java.util.Map;

/** A node inside a process that has more to do. */
public final class EmbeddedWorker implements AutoCloseable {
    private EmbeddedWorker() {}

    /** Starts a node. */
    public static EmbeddedWorker start(Map<String, Object> properties) {
        if (properties.isEmpty()) {
            throw new IllegalArgumentException("A worker needs to know its database");
        }
        return new EmbeddedWorker();
    }

    @Override
    public void close() {}
}
