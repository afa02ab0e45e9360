package io.filemill.api.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code filemill bench}: how fast the configured database and nodes are with files that do nothing. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measure how fast files are accepted, picked up and counted, with files that do nothing, and what the database can do by itself.",
            "Runs on the database at FILEMILL_DB_URL, else on the embedded one, as the user 'bench', whose tasks are deleted before and after."
        })
final class BenchCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--files", paramLabel = "N", description = "How many files (default: ${DEFAULT-VALUE}).")
    private int files = 20_000;

    @Option(
            names = "--slots",
            paramLabel = "W",
            description = "How many files a node runs at once (default: ${DEFAULT-VALUE}).")
    private int slots = 8;

    @Option(
            names = "--nodes",
            paramLabel = "K",
            description = "How many nodes to start in this process; 0 if others run (default: ${DEFAULT-VALUE}).")
    private int nodes = 1;

    @Option(
            names = "--delay",
            paramLabel = "MS",
            description = "How many milliseconds each file takes (default: ${DEFAULT-VALUE}).")
    private int delay;

    @Option(
            names = "--pickups",
            paramLabel = "N",
            description = "How many single files to send to idle nodes (default: ${DEFAULT-VALUE}).")
    private int pickups = 50;

    @Option(names = "--json", description = "Write the figures as JSON.")
    private boolean json;

    BenchCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (files < 1 || slots < 1 || nodes < 0 || delay < 0 || pickups < 1) {
            throw new CommandFailure("--files, --slots and --pickups are at least 1, --nodes and --delay at least 0");
        }
        BenchReport report = session.launcher()
                .bench(new BenchPlan(files, slots, nodes, delay, pickups, !session.wantsDetails()), session::note);
        if (json) {
            session.print(JsonMapper.shared().writeValueAsString(report));
            return ExitCode.SUCCESS;
        }
        line("Submit", "%,.0f files/s", report.submitPerSecond());
        line("Drain", "%,.0f files/s", report.drainPerSecond());
        if (delay > 0) {
            line("  use of the slots", "%.0f %%", report.useOfSlots() * 100);
        }
        line("  commits per file", "%.3f", report.commitsPerFile());
        line("  log per file", "%,.0f bytes", report.walBytesPerFile());
        line("Pickup, median", "%.1f ms", report.pickup().p50());
        line(
                "  95 %, 99 %, longest",
                "%.1f ms, %.1f ms, %.1f ms",
                report.pickup().p95(),
                report.pickup().p99(),
                report.pickup().max());
        line("The database alone", "%,.0f rows/s in single commits", report.singleCommitsPerSecond());
        line("", "%,.0f rows/s in commits of 50", report.groupCommitsPerSecond());
        return ExitCode.SUCCESS;
    }

    private void line(String name, String format, Object... values) {
        session.print("%-22s ".formatted(name) + String.format(Locale.ROOT, format, values));
    }
}
