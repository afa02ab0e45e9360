package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code filemill limits}: what users, processors, sinks and the cluster may use. */
@Command(
        name = "limits",
        mixinStandardHelpOptions = true,
        description = "List limits and pauses, or show, set, delete, pause and resume those of one name.")
final class LimitsCommand extends ServerCommand {
    private LimitsCommand(Session session) {
        super(session);
    }

    /** The command with all that can be done to a limit. */
    static CommandLine with(Session session) {
        return new CommandLine(new LimitsCommand(session))
                .addSubcommand(new Get(session))
                .addSubcommand(new Set(session))
                .addSubcommand(new Delete(session))
                .addSubcommand(new Pause(session))
                .addSubcommand(new Resume(session));
    }

    @Override
    int run(Connection connected) throws IOException {
        JsonNode answer = connected.client().get("/v1/limits", JsonNode.class);
        show(connected, answer, Limits.class, limits -> {
            var table = new Table("SCOPE", "NAME", "LIMITS");
            limits.limits().forEach(limit -> table.add(limit.scope(), limit.name(), limit.describe()));
            print(table, "There are no limits");
        });
        return ExitCode.SUCCESS;
    }

    private record Limits(List<Limit> limits) {}

    /** A limit as the server shows it. */
    record Limit(
            String scope,
            String name,
            boolean paused,
            @Nullable Integer maxRunning,
            @Nullable Double ratePerSecond,
            @Nullable Double burst,
            @Nullable Long maxQueuedFiles,
            @Nullable Long maxQueuedBytes) {
        String describe() {
            var parts = new StringJoiner(", ");
            part(parts, "running", maxRunning);
            part(parts, "a second", ratePerSecond);
            part(parts, "at once", burst);
            part(parts, "files queued", maxQueuedFiles);
            part(parts, "bytes queued", maxQueuedBytes);
            if (paused) {
                parts.add("paused");
            }
            return parts.length() == 0 ? "none" : parts.toString();
        }

        private static void part(StringJoiner parts, String what, @Nullable Number value) {
            if (value != null) {
                parts.add(value + " " + what);
            }
        }
    }

    /** Which limit. */
    private static final class Target {
        @Parameters(index = "0", paramLabel = "SCOPE", description = "cluster, user, processor or sink.")
        private String scope = "";

        @Parameters(
                index = "1",
                paramLabel = "NAME",
                description = "Whose; '*' for each that has none of its own, and for the cluster.")
        private String name = "";

        String path() {
            return "/v1/limits/" + FilemillClient.encode(scope) + "/" + FilemillClient.encode(name);
        }
    }

    /** A command about one limit, which it shows in the end. */
    private abstract static class One extends ServerCommand {
        @Mixin
        private final Target target = new Target();

        One(Session session) {
            super(session);
        }

        abstract JsonNode ask(FilemillClient client, String path) throws IOException, InterruptedException;

        @Override
        final int run(Connection connected) throws IOException, InterruptedException {
            JsonNode answer = ask(connected.client(), target.path());
            show(
                    connected,
                    answer,
                    Limit.class,
                    limit -> session()
                            .print(Terminal.clean(
                                    "%s %s: %s".formatted(limit.scope(), limit.name(), limit.describe()))));
            return ExitCode.SUCCESS;
        }
    }

    @Command(name = "get", mixinStandardHelpOptions = true, description = "Show a limit.")
    private static final class Get extends One {
        Get(Session session) {
            super(session);
        }

        @Override
        JsonNode ask(FilemillClient client, String path) throws IOException {
            return client.get(path, JsonNode.class);
        }
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = "Set all limits of a name; what is left out is no limit any more.")
    private static final class Set extends One {
        @Option(names = "--max-running", paramLabel = "N", description = "Files at the same time.")
        private @Nullable Integer maxRunning;

        @Option(names = "--rate", paramLabel = "N", description = "Files, or calls of a sink, a second.")
        private @Nullable Double rate;

        @Option(names = "--burst", paramLabel = "N", description = "How many at once after a pause; needs --rate.")
        private @Nullable Double burst;

        @Option(names = "--max-queued-files", paramLabel = "N", description = "Files that have not ended.")
        private @Nullable Long maxQueuedFiles;

        @Option(
                names = "--max-queued-bytes",
                paramLabel = "N",
                description = "Uploaded bytes of tasks that have not ended.")
        private @Nullable Long maxQueuedBytes;

        Set(Session session) {
            super(session);
        }

        @Override
        JsonNode ask(FilemillClient client, String path) throws IOException, InterruptedException {
            ObjectNode values = JsonNodeFactory.instance.objectNode();
            values.put("max_running", maxRunning);
            values.put("rate_per_second", rate);
            values.put("burst", burst);
            values.put("max_queued_files", maxQueuedFiles);
            values.put("max_queued_bytes", maxQueuedBytes);
            return client.send("PUT", path, values);
        }
    }

    @Command(name = "delete", mixinStandardHelpOptions = true, description = "Delete a limit.")
    private static final class Delete extends ServerCommand {
        @Mixin
        private final Target target = new Target();

        Delete(Session session) {
            super(session);
        }

        @Override
        int run(Connection connected) throws IOException {
            connected.client().delete(target.path());
            deleted(target.scope + " " + target.name);
            return ExitCode.SUCCESS;
        }
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Let nothing of a user, a processor or the cluster start; what runs goes on.")
    private static final class Pause extends One {
        Pause(Session session) {
            super(session);
        }

        @Override
        JsonNode ask(FilemillClient client, String path) throws IOException {
            return client.post(path + "/pause", JsonNode.class);
        }
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Let it go on.")
    private static final class Resume extends One {
        Resume(Session session) {
            super(session);
        }

        @Override
        JsonNode ask(FilemillClient client, String path) throws IOException {
            return client.post(path + "/resume", JsonNode.class);
        }
    }
}
