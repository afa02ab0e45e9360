package io.filemill.api.cli;

import java.util.function.Consumer;

/**
 * Starts parts of Filemill in this process. The command line itself knows nothing of the frameworks behind it, so that a command which a
 * running server answers loads none of them.
 */
public interface Launcher {
    /**
     * Starts a server and returns when it answers.
     *
     * @throws CommandFailure if it cannot start for a reason that the person at the keyboard can do something about
     */
    LocalServer startServer(LocalServer.Options options);

    /**
     * Starts a node without HTTP and returns when it takes files. It stops when the process does.
     *
     * @throws CommandFailure if it cannot start for a reason that the person at the keyboard can do something about
     */
    void startWorker();

    /**
     * Brings the database's schema up to date. Does nothing when it already is.
     *
     * @return what was done, as one line
     * @throws CommandFailure if the database cannot be reached or its schema is not one that can be brought up to date
     */
    String migrate();

    /**
     * Opens the API keys of the configured database, whether a server runs on it or not. The caller closes them.
     *
     * @throws CommandFailure if the database cannot be reached
     */
    Keyring keys();

    /**
     * Measures, on a server and nodes that are started for it and stopped afterwards.
     *
     * @param note told what is being done
     * @throws CommandFailure if it cannot start for a reason that the person at the keyboard can do something about
     */
    BenchReport bench(BenchPlan plan, Consumer<String> note) throws InterruptedException;
}
