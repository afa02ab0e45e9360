package io.filemill.api.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code filemill migrate}: the database's schema becomes the one that this version needs. */
@Command(
        name = "migrate",
        mixinStandardHelpOptions = true,
        description = "Bring the schema of the database at FILEMILL_DB_URL up to date, and end.")
final class MigrateCommand implements Callable<Integer> {
    private final Session session;

    MigrateCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        session.requireDatabase(
                "The database that Filemill starts by itself is brought up to date whenever it starts.");
        session.print(session.launcher().migrate());
        return ExitCode.SUCCESS;
    }
}
