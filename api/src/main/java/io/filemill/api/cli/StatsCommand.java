package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code filemill stats}: how much waits in the cluster, and who is there to do it. */
@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        description =
                "Show the figures of the whole queue, now or over the last time: what waits, what runs, slots and nodes.")
final class StatsCommand extends ServerCommand {
    @Option(
            names = "--history",
            arity = "0..1",
            fallbackValue = "60",
            paramLabel = "MINUTES",
            description = "What it was like in the last 60 minutes, or as many as are given, up to 1440.")
    private @Nullable Integer history;

    StatsCommand(Session session) {
        super(session);
    }

    @Override
    int run(Connection connected) throws IOException {
        if (history != null) {
            JsonNode answer = connected.client().get("/v1/stats/queue/history?minutes=" + history, JsonNode.class);
            show(connected, answer, History.class, this::print);
            return ExitCode.SUCCESS;
        }
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

    private void print(History history) {
        var table = new Table("TIME", "READY", "RUNNING", "LATER", "PAUSED", "SLOTS", "FILES/S", "FAILED/S");
        for (Sample sample : history.samples()) {
            table.add(
                    TaskTimes.local(sample.at()),
                    String.valueOf(sample.ready()),
                    String.valueOf(sample.running()),
                    String.valueOf(sample.pendingLater()),
                    String.valueOf(sample.paused()),
                    String.valueOf(sample.slotsTotal()),
                    Progress.decimal(sample.finishedPerSecond()),
                    Progress.decimal(sample.failedPerSecond()));
        }
        print(table, "Nothing is known of that time");
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

    private record History(List<Sample> samples) {}

    private record Sample(
            String at,
            long ready,
            long running,
            long pendingLater,
            long paused,
            long slotsTotal,
            double finishedPerSecond,
            double failedPerSecond) {}

    private record Nodes(long active, long draining, long lost) {}
}
