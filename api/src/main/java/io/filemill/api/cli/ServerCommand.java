package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A command that a server answers; one is started for it if none runs. */
abstract class ServerCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private final ServerOption server = new ServerOption();

    @Option(names = "--json", description = "Write one JSON document instead of text, with the names of the API.")
    private boolean json;

    ServerCommand(Session session) {
        this.session = session;
    }

    @Override
    public final Integer call() throws IOException, InterruptedException {
        check();
        try (Connection connected =
                new Connector(session, server).connect(server.url(), LocalServer.Options.forOneQuestion(List.of()))) {
            return run(connected);
        }
    }

    /** Fails if what was typed makes no sense, before anything is started. */
    void check() {}

    /**
     * Does it.
     *
     * @return the exit code
     */
    abstract int run(Connection connected) throws IOException, InterruptedException;

    final Session session() {
        return session;
    }

    final boolean wantsJson() {
        return json;
    }

    /** Writes an answer: as it is if JSON is wanted, else by the given writer of text. */
    final <T> void show(Connection connected, JsonNode answer, Class<T> type, Consumer<T> text) {
        if (json) {
            session.print(answer);
        } else {
            text.accept(connected.client().read(answer, type));
        }
    }

    /** Says that something is no more. */
    final void deleted(String what) {
        if (json) {
            session.print(JsonNodeFactory.instance.objectNode().put("deleted", what));
        } else {
            session.print("Deleted " + what);
        }
    }

    /** Fails if a list should have no entries. */
    static void requireAtLeastOne(int limit) {
        if (limit < 1) {
            throw new CommandFailure("--limit must be at least 1");
        }
    }

    /** The path of a task. */
    static String task(String id) {
        return "/v1/tasks/" + FilemillClient.encode(id);
    }

    /** Prints a table, if it has rows, else a line that says so. */
    final void print(Table table, String ifEmpty) {
        if (table.isEmpty()) {
            session.print(ifEmpty);
        } else {
            table.lines().forEach(line -> session.print(Terminal.clean(line)));
        }
    }
}
