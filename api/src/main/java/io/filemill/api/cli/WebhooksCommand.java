package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code filemill webhooks}: who is told about tasks. */
@Command(
        name = "webhooks",
        mixinStandardHelpOptions = true,
        description = "List webhooks, or create, change, test and delete one, and see what it was told.")
final class WebhooksCommand extends ServerCommand {
    private static final String PATH = "/v1/webhooks";

    private WebhooksCommand(Session session) {
        super(session);
    }

    /** The command with all that can be done to a webhook. */
    static CommandLine with(Session session) {
        return new CommandLine(new WebhooksCommand(session))
                .addSubcommand(new Create(session))
                .addSubcommand(new Change(session))
                .addSubcommand(new Delete(session))
                .addSubcommand(new Test(session))
                .addSubcommand(new RotateSecret(session))
                .addSubcommand(new Deliveries(session))
                .addSubcommand(new Redeliver(session));
    }

    @Override
    int run(Connection connected) throws IOException {
        JsonNode answer = connected.client().get(PATH, JsonNode.class);
        show(connected, answer, Webhooks.class, webhooks -> {
            var table = new Table("WEBHOOK", "STATE", "EVENTS", "URL");
            webhooks.webhooks()
                    .forEach(webhook -> table.add(
                            webhook.id(), webhook.state(), String.join(",", webhook.events()), webhook.url()));
            print(table, "There are no webhooks");
        });
        return ExitCode.SUCCESS;
    }

    private static String path(String id) {
        return PATH + "/" + FilemillClient.encode(id);
    }

    private static ArrayNode strings(List<String> values) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        values.forEach(array::add);
        return array;
    }

    private record Webhooks(List<Webhook> webhooks) {}

    private record Webhook(
            String id,
            String url,
            List<String> events,
            boolean enabled,
            @Nullable String disabledReason,
            @Nullable String secret) {
        String state() {
            return enabled ? "enabled" : disabledReason == null ? "disabled" : "disabled, " + disabledReason;
        }
    }

    /** A command that ends with one webhook. */
    private abstract static class One extends ServerCommand {
        One(Session session) {
            super(session);
        }

        abstract JsonNode ask(FilemillClient client) throws IOException, InterruptedException;

        @Override
        final int run(Connection connected) throws IOException, InterruptedException {
            show(connected, ask(connected.client()), Webhook.class, webhook -> {
                session()
                        .print(Terminal.clean(
                                "Webhook %s to %s is %s".formatted(webhook.id(), webhook.url(), webhook.state())));
                if (webhook.secret() != null) {
                    session().print("Its secret, shown only now: " + Terminal.clean(webhook.secret()));
                }
            });
            return ExitCode.SUCCESS;
        }
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Let an address be told when tasks end; writes the secret that its requests are signed with.")
    private static final class Create extends One {
        @Parameters(paramLabel = "URL", description = "Where to send events.")
        private String url = "";

        @Option(
                names = "--event",
                paramLabel = "EVENT",
                description =
                        "task.created, task.completed or task.cancelled; may be given several times (default: the last two).")
        private List<String> events = List.of();

        @Option(names = "--description", paramLabel = "TEXT", description = "What it is for.")
        private @Nullable String description;

        Create(Session session) {
            super(session);
        }

        @Override
        JsonNode ask(FilemillClient client) throws IOException, InterruptedException {
            ObjectNode webhook = JsonNodeFactory.instance.objectNode().put("url", url);
            if (!events.isEmpty()) {
                webhook.set("events", strings(events));
            }
            if (description != null) {
                webhook.put("description", description);
            }
            return client.send("POST", PATH, webhook);
        }
    }

    @Command(name = "change", mixinStandardHelpOptions = true, description = "Change what is given.")
    private static final class Change extends One {
        @Parameters(paramLabel = "WEBHOOK", description = "Its id.")
        private String id = "";

        @Option(names = "--url", paramLabel = "URL", description = "Where to send events.")
        private @Nullable String url;

        @Option(names = "--event", paramLabel = "EVENT", description = "Which events; may be given several times.")
        private List<String> events = List.of();

        @Option(names = "--enabled", arity = "1", paramLabel = "true|false", description = "Whether anything is sent.")
        private @Nullable Boolean enabled;

        Change(Session session) {
            super(session);
        }

        @Override
        void check() {
            if (url == null && events.isEmpty() && enabled == null) {
                throw new CommandFailure("Give --url, --event or --enabled");
            }
        }

        @Override
        JsonNode ask(FilemillClient client) throws IOException, InterruptedException {
            ObjectNode change = JsonNodeFactory.instance.objectNode();
            if (url != null) {
                change.put("url", url);
            }
            if (!events.isEmpty()) {
                change.set("events", strings(events));
            }
            if (enabled != null) {
                change.put("enabled", enabled);
            }
            return client.send("PATCH", path(id), change);
        }
    }

    @Command(
            name = "rotate-secret",
            mixinStandardHelpOptions = true,
            description = "Replace the secret; for a day requests are signed with the old one too.")
    private static final class RotateSecret extends One {
        @Parameters(paramLabel = "WEBHOOK", description = "Its id.")
        private String id = "";

        RotateSecret(Session session) {
            super(session);
        }

        @Override
        JsonNode ask(FilemillClient client) throws IOException {
            return client.post(path(id) + "/rotate-secret", JsonNode.class);
        }
    }

    @Command(name = "delete", mixinStandardHelpOptions = true, description = "Delete a webhook with what it was told.")
    private static final class Delete extends ServerCommand {
        @Parameters(paramLabel = "WEBHOOK", description = "Its id.")
        private String id = "";

        Delete(Session session) {
            super(session);
        }

        @Override
        int run(Connection connected) throws IOException {
            connected.client().delete(path(id));
            deleted(id);
            return ExitCode.SUCCESS;
        }
    }

    private record Delivery(
            long id,
            String eventType,
            @Nullable String taskId,
            String status,
            int attempts,
            @Nullable Integer responseStatus,
            @Nullable String error,
            @Nullable String createdAt) {}

    private record DeliveryList(List<Delivery> deliveries) {}

    @Command(name = "deliveries", mixinStandardHelpOptions = true, description = "List what it was told, newest first.")
    private static final class Deliveries extends ServerCommand {
        @Parameters(paramLabel = "WEBHOOK", description = "Its id.")
        private String id = "";

        @Option(names = "--status", paramLabel = "STATUS", description = "Only those pending, delivered or failed.")
        private @Nullable String status;

        @Option(names = "--limit", paramLabel = "N", description = "How many to list (default: ${DEFAULT-VALUE}).")
        private int limit = 20;

        Deliveries(Session session) {
            super(session);
        }

        @Override
        void check() {
            requireAtLeastOne(limit);
        }

        @Override
        int run(Connection connected) throws IOException {
            String query = status == null ? "" : "?status=" + FilemillClient.encode(status);
            JsonNode answer = Pages.get(connected.client(), path(id) + "/deliveries" + query, "deliveries", limit);
            show(connected, answer, DeliveryList.class, list -> {
                var table = new Table("DELIVERY", "EVENT", "TASK", "STATUS", "TRIES", "ANSWER", "CREATED");
                for (Delivery delivery : list.deliveries()) {
                    table.add(
                            String.valueOf(delivery.id()),
                            delivery.eventType(),
                            delivery.taskId() == null ? "-" : delivery.taskId(),
                            delivery.status(),
                            String.valueOf(delivery.attempts()),
                            answer(delivery),
                            TaskTimes.local(delivery.createdAt()));
                }
                print(table, "Nothing was sent yet");
            });
            return ExitCode.SUCCESS;
        }

        private static String answer(Delivery delivery) {
            if (delivery.error() != null) {
                return delivery.error();
            }
            return delivery.responseStatus() == null ? "-" : String.valueOf(delivery.responseStatus());
        }
    }

    /** A command that sends something. */
    private abstract static class Send extends ServerCommand {
        @Parameters(index = "0", paramLabel = "WEBHOOK", description = "Its id.")
        private String id = "";

        Send(Session session) {
            super(session);
        }

        abstract String what();

        @Override
        final int run(Connection connected) throws IOException {
            JsonNode answer = connected.client().post(path(id) + what(), JsonNode.class);
            show(
                    connected,
                    answer,
                    Delivery.class,
                    delivery -> session()
                            .print("Sending delivery %d. See: %s webhooks deliveries %s"
                                    .formatted(delivery.id(), session().program(), id)));
            return ExitCode.SUCCESS;
        }
    }

    @Command(name = "test", mixinStandardHelpOptions = true, description = "Send an event of the type ping.")
    private static final class Test extends Send {
        Test(Session session) {
            super(session);
        }

        @Override
        String what() {
            return "/test";
        }
    }

    @Command(name = "redeliver", mixinStandardHelpOptions = true, description = "Send a delivery once more.")
    private static final class Redeliver extends Send {
        @Parameters(index = "1", paramLabel = "DELIVERY", description = "The delivery's id.")
        private String delivery = "";

        Redeliver(Session session) {
            super(session);
        }

        @Override
        String what() {
            return "/deliveries/" + FilemillClient.encode(delivery) + "/redeliver";
        }
    }
}
