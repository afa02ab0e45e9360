package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code filemill stats}: how much waits in the cluster, and who is there to do it. */
@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        description = "Show the figures of the whole queue: what waits, what runs, slots and nodes.")
final class StatsCommand extends ServerCommand {
    StatsCommand(Session session) {
        super(session);
    }

    @Override
    int run(Connection connected) throws IOException {
        JsonNode answer = connected.client().get("/v1/stats/queue", JsonNode.class);
        show(connected, answer, Queue.class, this::print);
        return ExitCode.SUCCESS;
    }

    private void print(Queue queue) {
        count("ready", queue.ready());
        count("running", queue.running());
        count("later", queue.pendingLater());
        count("paused", queue.paused());
        long oldest = Math.round(queue.oldestReadyAgeSeconds());
        session().print("  oldest     %10s".formatted(Progress.duration(Duration.ofSeconds(oldest))));
        session().print("  slots      %10s free of %d".formatted(queue.slotsFree(), queue.slotsTotal()));
        session()
                .print("  nodes      %10d active, %d draining, %d lost"
                        .formatted(
                                queue.nodes().active(),
                                queue.nodes().draining(),
                                queue.nodes().lost()));
    }

    private void count(String what, long files) {
        session().print("  %-10s %10d".formatted(what, files));
    }

    private record Queue(
            long ready,
            long running,
            long pendingLater,
            long paused,
            double oldestReadyAgeSeconds,
            long slotsTotal,
            long slotsFree,
            Nodes nodes) {}

    private record Nodes(long active, long draining, long lost) {}
}
