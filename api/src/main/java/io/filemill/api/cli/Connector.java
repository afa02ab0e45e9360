package io.filemill.api.cli;

import io.filemill.api.cli.FilemillClient.Probe;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Finds the server that a command talks to, or starts one in this process. */
final class Connector {
    private final Session session;
    private final @Nullable String apiKey;

    Connector(Session session, ServerOption server) {
        this.session = session;
        this.apiKey = server.apiKey(session);
    }

    /**
     * Connects to a server that runs, or else starts one with the given options.
     *
     * @param url the server that a person named, or null for the one of the environment
     * @param embedded how to start one
     * @throws CommandFailure if a server was named and does not answer, or none can be started
     */
    Connection connect(@Nullable String url, LocalServer.Options embedded) {
        if (url != null) {
            URI uri = ServerAddress.parse(url);
            var client = new FilemillClient(uri, apiKey);
            Probe probe = client.probe();
            if (probe == Probe.NOTHING) {
                throw nobody("No server answers at " + uri);
            }
            return running(client, probe);
        }
        ServerAddress address = ServerAddress.of(session.environment());
        var client = new FilemillClient(address.uri(), apiKey);
        Probe probe = client.probe();
        if (probe == Probe.FILEMILL || (probe == Probe.SOMETHING_ELSE && address.chosen())) {
            return running(client, probe);
        }
        if (!address.isOnThisMachine()) {
            throw nobody("No server answers at " + address.uri() + " (FILEMILL_HOST is another machine)");
        }
        session.note("No server runs at %s; starting one for this command…".formatted(address.uri()));
        LocalServer server = session.launcher().startServer(embedded);
        return new Connection(new FilemillClient(server.address(), apiKey), server);
    }

    private static Connection running(FilemillClient client, Probe probe) {
        if (probe == Probe.SOMETHING_ELSE) {
            throw nobody("What answers at " + client.server()
                    + " is not Filemill. Choose another port by FILEMILL_PORT or another server by --server.");
        }
        return new Connection(client, null);
    }

    private static CommandFailure nobody(String message) {
        return new CommandFailure(message, ExitCode.UNREACHABLE, null);
    }

    /**
     * A server to talk to.
     *
     * @param client speaks to it
     * @param embedded the server if it runs in this process
     */
    record Connection(FilemillClient client, @Nullable LocalServer embedded) implements AutoCloseable {
        boolean isEmbedded() {
            return embedded != null;
        }

        @Override
        public void close() {
            if (embedded != null) {
                embedded.close();
            }
        }
    }
}
