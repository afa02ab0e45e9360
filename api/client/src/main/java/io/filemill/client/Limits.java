package io.filemill.client;

import java.util.List;
import java.util.Optional;

/** Limits and pauses of the cluster, its users, processors and sinks. Every call may be repeated. Safe for use by several threads. */
public final class Limits {
    private final Transport transport;

    Limits(Transport transport) {
        this.transport = transport;
    }

    private record LimitList(List<Limit> limits) {}

    /** All that are set. */
    public List<Limit> list() {
        return transport.call(Call.get("/v1/limits"), LimitList.class).limits();
    }

    /** The limit of a name, if one is set. */
    public Optional<Limit> find(Limit.Scope scope, String name) {
        try {
            return Optional.of(transport.call(Call.get(path(scope, name)), Limit.class));
        } catch (ProblemException.NotFound e) {
            return Optional.empty();
        }
    }

    /** Sets all limits of a name. */
    public Limit put(Limit.Scope scope, String name, Limit.Values values) {
        return transport.call(Call.put(path(scope, name), transport.json(values)), Limit.class);
    }

    /** Removes the limits of a name; does nothing if there are none. */
    public void delete(Limit.Scope scope, String name) {
        try {
            transport.call(Call.delete(path(scope, name)));
        } catch (ProblemException.NotFound e) {
            // also if an answer was lost and the call repeated
        }
    }

    /** Lets no file start any more; what runs goes on. */
    public Limit pause(Limit.Scope scope, String name) {
        return transport.call(Call.post(path(scope, name) + "/pause"), Limit.class);
    }

    /** Ends a pause. */
    public Limit resume(Limit.Scope scope, String name) {
        return transport.call(Call.post(path(scope, name) + "/resume"), Limit.class);
    }

    private static String path(Limit.Scope scope, String name) {
        return "/v1/limits/" + scope.word() + "/" + Query.encode(name);
    }
}
