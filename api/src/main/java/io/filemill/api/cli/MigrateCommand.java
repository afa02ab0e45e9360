package io.filemill.api.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code filemill migrate}: the database's schema becomes the one that this version needs. */
@Command(
        name = "migrate",
        mixinStandardHelpOptions = true,
        description = "Bring the schema of the database at FILEMILL_DB_URL up to date, and end.")
final class MigrateCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--json", description = "Write one JSON document instead of text.")
    private boolean json;

    MigrateCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        session.requireDatabase(
                "The database that Filemill starts by itself is brought up to date whenever it starts.");
        String done = session.launcher().migrate();
        if (json) {
            session.print(JsonNodeFactory.instance.objectNode().put("done", done));
        } else {
            session.print(done);
        }
        return ExitCode.SUCCESS;
    }
}
