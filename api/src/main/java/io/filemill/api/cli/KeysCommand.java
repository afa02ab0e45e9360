package io.filemill.api.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** {@code filemill keys}: makes, lists and revokes API keys, at a server or straight in the database. */
@Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        description =
                "Make, list and revoke API keys: at a server for who has an administrator's key, else straight in the "
                        + "database of this machine or at FILEMILL_DB_URL.")
final class KeysCommand implements Runnable {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: create, list or revoke");
    }

    /** What its parts share. */
    private abstract static class Part implements Callable<Integer> {
        private final Session session;

        @Mixin
        private final ServerOption server = new ServerOption();

        @Option(names = "--json", description = "Write one JSON document instead of text, with the names of the API.")
        private boolean json;

        Part(Session session) {
            this.session = session;
        }

        Session session() {
            return session;
        }

        @Override
        public final Integer call() throws IOException {
            try (Keyring keyring = open()) {
                run(keyring);
            }
            return ExitCode.SUCCESS;
        }

        private Keyring open() {
            if (server.url() == null && server.apiKey(session) == null) {
                return session.launcher().keys();
            }
            return new ServerKeyring(new Connector(session, server)
                    .connect(server.url(), LocalServer.Options.forOneQuestion(List.of())));
        }

        abstract void run(Keyring keyring) throws IOException;

        /** Writes an answer: as JSON if that is wanted, else by the given writer of text. */
        final void show(Object answer, Runnable text) {
            if (json) {
                session.print(JSON.<JsonNode>valueToTree(answer));
            } else {
                text.run();
            }
        }

        static String words(Keyring.Key key) {
            return String.join(",", key.scopes());
        }
    }

    @Command(name = "create", mixinStandardHelpOptions = true, description = "Make a key and show it, this once.")
    static final class Create extends Part {
        @Option(
                names = "--owner",
                paramLabel = "USER",
                required = true,
                description = "The user that the key stands for.")
        private String owner = "";

        @Option(names = "--name", paramLabel = "NAME", description = "What you call it.")
        private String name = "";

        @Option(
                names = "--scope",
                paramLabel = "SCOPE",
                split = ",",
                description =
                        "What may be done with it: knowledge:upload, knowledge:read:own, admin (the first two unless given).")
        private List<String> scopes = new ArrayList<>();

        @Option(names = "--days", paramLabel = "DAYS", description = "For how many days (for ever unless given).")
        private @Nullable Integer days;

        Create(Session session) {
            super(session);
        }

        @Override
        void run(Keyring keyring) throws IOException {
            List<String> asked = scopes.isEmpty() ? List.of("knowledge:upload", "knowledge:read:own") : scopes;
            Keyring.Key key = keyring.create(new Keyring.NewKey(owner, name, asked, days));
            session()
                    .note("The key %s of %s (%s). It cannot be shown again."
                            .formatted(key.id(), Terminal.clean(key.owner()), words(key)));
            show(key, () -> session().print(String.valueOf(key.key())));
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List the keys, without the keys themselves.")
    static final class ListKeys extends Part {
        ListKeys(Session session) {
            super(session);
        }

        @Override
        void run(Keyring keyring) throws IOException {
            List<Keyring.Key> keys = keyring.list();
            show(new Keyring.Keys(keys), () -> print(keys));
        }

        private void print(List<Keyring.Key> keys) {
            var table = new Table("id", "key", "owner", "name", "scopes", "last used", "expires", "revoked");
            for (Keyring.Key key : keys) {
                table.add(
                        key.id(),
                        key.hint() + "…",
                        Terminal.clean(key.owner()),
                        Terminal.clean(key.name()),
                        words(key),
                        day(key.lastUsedAt()),
                        day(key.expiresAt()),
                        day(key.revokedAt()));
            }
            table.lines().forEach(session()::print);
        }

        private static String day(@Nullable String time) {
            return time == null ? "-" : time.substring(0, Math.min(time.length(), "2030-01-31".length()));
        }
    }

    @Command(name = "revoke", mixinStandardHelpOptions = true, description = "Refuse a key from now on.")
    static final class Revoke extends Part {
        @Parameters(paramLabel = "ID", description = "The key's id, as keys list shows it.")
        private String id = "";

        Revoke(Session session) {
            super(session);
        }

        @Override
        void run(Keyring keyring) throws IOException {
            Keyring.Key key = keyring.revoke(id);
            show(
                    key,
                    () -> session().print("Revoked the key %s of %s".formatted(key.id(), Terminal.clean(key.owner()))));
        }
    }

    /** The command with its parts. */
    static CommandLine with(Session session) {
        return new CommandLine(new KeysCommand())
                .addSubcommand(new Create(session))
                .addSubcommand(new ListKeys(session))
                .addSubcommand(new Revoke(session));
    }
}
