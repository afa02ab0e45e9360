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
        description = "List webhooks, or show, create, change, test and delete one, and see what it was told.")
final class WebhooksCommand extends ServerCommand {
    private static final String PATH = "/v1/webhooks";

    private WebhooksCommand(Session session) {
        super(session);
    }

    /** The command with all that can be done to a webhook. */
    static CommandLine with(Session session) {
        return new CommandLine(new WebhooksCommand(session))
                .addSubcommand(new Get(session))
                .addSubcommand(new Create(session))
                .addSubcommand(new Change(session))
                .addSubcommand(new Delete(session))
                .addSubcommand(new Test(session))
                .addSubcommand(new RotateSecret(session))
                .addSubcommand(new Deliveries(session))
                .addSubcommand(new ShowDelivery(session))
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

    @Command(name = "get", mixinStandardHelpOptions = true, description = "Show a webhook.")
    private static final class Get extends One {
        @Parameters(paramLabel = "WEBHOOK", description = "Its id.")
        private String id = "";

        Get(Session session) {
            super(session);
        }

        @Override
        JsonNode ask(FilemillClient client) throws IOException {
            return client.get(path(id), JsonNode.class);
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

        @Option(
                names = "--secret",
                paramLabel = "SECRET",
                description = "What to sign with, whsec_ and base64 (random unless given).")
        private @Nullable String secret;

        @Option(names = "--disabled", description = "Send nothing yet.")
        private boolean disabled;

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
            if (secret != null) {
                webhook.put("secret", secret);
            }
            if (disabled) {
                webhook.put("enabled", false);
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

        @Option(names = "--description", paramLabel = "TEXT", description = "What it is for.")
        private @Nullable String description;

        Change(Session session) {
            super(session);
        }

        @Override
        void check() {
            if (url == null && events.isEmpty() && enabled == null && description == null) {
                throw new CommandFailure("Give --url, --event, --enabled or --description");
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
            if (description != null) {
                change.put("description", description);
            }
            return client.send("PATCH", path(id), change);
        }
    }

    @Command(
            name = "rotate-secret",
            mixinStandardHelpOptions = true,
            description = "Replace the secret; for a time requests are signed with the old one too.")
    private static final class RotateSecret extends One {
        @Parameters(paramLabel = "WEBHOOK", description = "Its id.")
        private String id = "";

        @Option(
                names = "--secret",
                paramLabel = "SECRET",
                description = "The new one, whsec_ and base64 (random unless given).")
        private @Nullable String secret;

        @Option(
                names = "--overlap",
                paramLabel = "SECONDS",
                description = "How long the old one is used too (a day unless given).")
        private @Nullable Integer overlap;

        RotateSecret(Session session) {
            super(session);
        }

        @Override
        JsonNode ask(FilemillClient client) throws IOException, InterruptedException {
            ObjectNode rotation = JsonNodeFactory.instance.objectNode();
            rotation.put("secret", secret);
            rotation.put("overlap_seconds", overlap);
            return client.send("POST", path(id) + "/rotate-secret", rotation);
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
            @Nullable String createdAt,
            @Nullable String nextAttemptAt,
            @Nullable JsonNode payload) {
        /** What came of it, in a word or two. */
        String answer() {
            if (error != null) {
                return error;
            }
            return responseStatus == null ? "-" : String.valueOf(responseStatus);
        }
    }

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
            var query = new Query(path(id) + "/deliveries").with("status", status);
            JsonNode answer = Pages.get(connected.client(), query.toString(), "deliveries", limit);
            show(connected, answer, DeliveryList.class, list -> {
                var table = new Table("DELIVERY", "EVENT", "TASK", "STATUS", "TRIES", "ANSWER", "CREATED");
                for (Delivery delivery : list.deliveries()) {
                    table.add(
                            String.valueOf(delivery.id()),
                            delivery.eventType(),
                            delivery.taskId() == null ? "-" : delivery.taskId(),
                            delivery.status(),
                            String.valueOf(delivery.attempts()),
                            delivery.answer(),
                            TaskTimes.local(delivery.createdAt()));
                }
                print(table, "Nothing was sent yet");
            });
            return ExitCode.SUCCESS;
        }
    }

    @Command(name = "delivery", mixinStandardHelpOptions = true, description = "Show a delivery with what was sent.")
    private static final class ShowDelivery extends ServerCommand {
        @Parameters(index = "0", paramLabel = "WEBHOOK", description = "The webhook's id.")
        private String id = "";

        @Parameters(index = "1", paramLabel = "DELIVERY", description = "The delivery's id.")
        private String delivery = "";

        ShowDelivery(Session session) {
            super(session);
        }

        @Override
        int run(Connection connected) throws IOException {
            String path = path(id) + "/deliveries/" + FilemillClient.encode(delivery);
            show(connected, connected.client().get(path, JsonNode.class), Delivery.class, this::print);
            return ExitCode.SUCCESS;
        }

        private void print(Delivery shown) {
            session()
                    .print(Terminal.clean(
                            "Delivery %d: %s, %s".formatted(shown.id(), shown.eventType(), shown.status())));
            line("task", shown.taskId() == null ? "-" : shown.taskId());
            line("tries", String.valueOf(shown.attempts()));
            line("answer", shown.answer());
            line("created", TaskTimes.local(shown.createdAt()));
            line("next try", TaskTimes.local(shown.nextAttemptAt()));
            line("sent", String.valueOf(shown.payload()));
        }

        private void line(String what, String value) {
            session().print("  %-10s ".formatted(what) + Terminal.clean(value));
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
