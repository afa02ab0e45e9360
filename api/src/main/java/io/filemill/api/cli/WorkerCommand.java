package io.filemill.api.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code filemill worker}: a node that runs files for servers elsewhere. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        description = "Run a worker node against the database at FILEMILL_DB_URL. Stays until Ctrl-C or SIGTERM.")
final class WorkerCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--json", description = "Write one JSON document instead of text.")
    private boolean json;

    WorkerCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        session.requireDatabase(
                "A node shares the database of a server; the database that Filemill starts by itself serves one process only.");
        session.launcher().startWorker();
        if (json) {
            session.print(JsonNodeFactory.instance.objectNode().put("ready", true));
        } else {
            session.print("The worker node is ready (started in %s). Stop it with Ctrl-C."
                    .formatted(Progress.duration(session.uptime().get())));
        }
        session.waitForInterrupt("Stopping; files that run get some time to finish.");
        return ExitCode.SUCCESS;
    }
}
