package io.filemill.api.cli;

import io.filemill.api.cli.FilemillClient.Probe;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code filemill serve}: a server that stays until it is told to stop. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Run the server: HTTP, a worker node and the queue's dashboard. Stays until Ctrl-C or SIGTERM.")
final class ServeCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--no-worker", description = "Answer HTTP only; files are run by worker nodes elsewhere.")
    private boolean noWorker;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "The address to listen on (default: FILEMILL_HOST, else 127.0.0.1).")
    private @Nullable String host;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port to listen on (default: FILEMILL_PORT, else 8080; 0: any).")
    private @Nullable Integer port;

    @Option(names = "--json", description = "When it is ready, write where it answers as one JSON document.")
    private boolean json;

    ServeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        checkThatThePortIsFree();
        var options = new LocalServer.Options(host, port, null, !noWorker, List.of(), false);
        LocalServer server = session.launcher().startServer(options);
        tell(server);
        session.waitForInterrupt("Stopping; files that run get some time to finish.");
        server.close();
        return ExitCode.SUCCESS;
    }

    private void tell(LocalServer server) {
        if (json) {
            session.print(JsonNodeFactory.instance
                    .objectNode()
                    .put("api", server.address() + "/v1")
                    .put("dashboard", Objects.toString(server.dashboard(), null))
                    .put("data", server.storage()));
            return;
        }
        session.print("Filemill is ready (started in %s)"
                .formatted(Progress.duration(session.uptime().get())));
        session.print("  API        " + server.address() + "/v1");
        session.print("  Dashboard  " + (server.dashboard() == null ? "off" : server.dashboard()));
        session.print("  Data       " + server.storage());
        session.print("Stop it with Ctrl-C.");
    }

    /** Starting a database and finding out afterwards would take seconds. */
    private void checkThatThePortIsFree() {
        ServerAddress configured = ServerAddress.of(session.environment());
        int listenPort = port == null ? configured.port() : port;
        String listenHost =
                host == null ? session.environment().getOrDefault("FILEMILL_HOST", configured.host()) : host;
        if (listenPort == 0 || ServerAddress.isFree(listenHost, listenPort)) {
            return;
        }
        var client = new FilemillClient(
                ServerAddress.of(listenHost, listenPort, true).uri());
        throw new CommandFailure(
                client.probe() == Probe.FILEMILL
                        ? "A Filemill server already runs at " + client.server()
                        : "Port %d of %s cannot be listened on; another program may use it. Choose another by --port or FILEMILL_PORT."
                                .formatted(listenPort, listenHost));
    }
}
