package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code filemill ingest}: every file under some paths becomes a task, and the command tells how it goes. */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description = "Submit files and folders as one task, show its progress and say what became of every file.",
        footer = {
            "",
            "Exit codes: 0 every file went well, 1 some failed, 3 all failed or cancelled; filemill --help has them all."
        })
final class IngestCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            arity = "0..*",
            paramLabel = "PATH",
            description = "Files and folders; folders with all that is in them.")
    private List<Path> paths = List.of();

    @Option(
            names = "--manifest",
            paramLabel = "FILE",
            description = {
                "Instead of PATH: a list of files that the server can read, one on each line, as .ndjson or .jsonl",
                "({\"path\": \"/in/a.pdf\"}, {\"item\": \"a\"} or a string) or as .csv with a column path or item."
            })
    private @Nullable Path manifest;

    @Option(
            names = "--server-path",
            paramLabel = "PATH",
            description =
                    "Instead of files of this machine: a file, a folder or a glob that the server reads; may be given several times.")
    private List<String> serverPaths = List.of();

    @Option(
            names = "--item",
            paramLabel = "ITEM",
            description =
                    "Instead of files: what the processor understands, for example a key; may be given several times.")
    private List<String> items = List.of();

    @Mixin
    private final SubmissionOptions options = new SubmissionOptions();

    @Option(names = "--json", description = "Write one JSON document instead of text: the task as it is in the end.")
    private boolean json;

    @Option(names = "--detach", description = "Return as soon as the files are accepted.")
    private boolean detach;

    @Mixin
    private final ServerOption server = new ServerOption();

    private volatile boolean interrupted;
    private volatile @Nullable Connection connection;
    private volatile Task.@Nullable Accepted accepted;
    private volatile @Nullable TaskFollower follower;

    IngestCommand(Session session) {
        this.session = session;
    }

    /**
     * Files to submit.
     *
     * @param roots the folders that a server of this process must open for them
     * @param unreadable those that cannot be submitted, each with the reason
     */
    private record Source(List<Path> roots, List<String> unreadable, Sending sending) {}

    /** Hands the files to a server. */
    private interface Sending {
        Task.Accepted send(Submission submission, boolean toThisProcess) throws IOException;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var request = options.request();
        Source source = source(request);
        Interrupts.Registration registration = session.interrupts().onInterrupt(this::interrupted);
        try (Connection connected = new Connector(session, server).connect(server.url(), embedded(source))) {
            connection = connected;
            return run(connected, source);
        } catch (IOException | RuntimeException e) {
            if (interrupted) {
                return ExitCode.INTERRUPTED;
            }
            throw e;
        } finally {
            registration.withdraw();
        }
    }

    private Source source(Submission.Request request) {
        long sources = Stream.of(!paths.isEmpty(), manifest != null, !serverPaths.isEmpty(), !items.isEmpty())
                .filter(given -> given)
                .count();
        if (sources != 1) {
            throw new CommandFailure(
                    "Name either files and folders or a --manifest, --server-path or --item; see %s ingest --help"
                            .formatted(session.program()));
        }
        if (!serverPaths.isEmpty()) {
            return new Source(
                    List.of(), List.of(), (submission, here) -> submission.byPath(request, serverPaths.stream()));
        }
        if (!items.isEmpty()) {
            return new Source(List.of(), List.of(), (submission, here) -> submission.byItem(request, items.stream()));
        }
        if (manifest == null) {
            return select(request);
        }
        ManifestFile listed = ManifestFile.of(manifest);
        return new Source(listed.roots(), List.of(), (submission, here) -> submission.byManifest(request, listed));
    }

    private Source select(Submission.Request request) {
        FileSelection selection = FileSelection.of(paths);
        String leftOut = selection.leftOut().isEmpty() ? "" : " (left out: " + selection.leftOut() + ")";
        if (selection.files().isEmpty()) {
            selection.unreadable().forEach(line -> session.note(Terminal.clean(line)));
            throw new CommandFailure("There are no files to ingest" + leftOut);
        }
        int count = selection.files().size();
        session.note("Found %s, %s%s".formatted(TaskReport.files(count), size(selection.bytes()), leftOut));
        return new Source(
                selection.roots(),
                selection.unreadable(),
                (submission, here) ->
                        here ? submission.byPath(request, selection.paths()) : submission.byUpload(request, selection));
    }

    private static String size(long bytes) {
        if (bytes < 1000) {
            return bytes + " bytes";
        }
        return bytes < 1_000_000 ? Progress.decimal(bytes / 1e3) + " kB" : Progress.decimal(bytes / 1e6) + " MB";
    }

    /** A server of this process serves this command first; but while it runs, other commands may find it at the usual address. */
    private LocalServer.Options embedded(Source source) {
        if (detach) {
            return LocalServer.Options.forOneQuestion(source.roots());
        }
        ServerAddress address = ServerAddress.of(session.environment());
        int port = ServerAddress.isFree("127.0.0.1", address.port()) ? address.port() : 0;
        return new LocalServer.Options("127.0.0.1", port, 0, true, source.roots(), !session.wantsDetails());
    }

    private int run(Connection connected, Source source) throws IOException, InterruptedException {
        long start = session.ticks().nanoTime();
        var submission = new Submission(session, connected.client());
        Task.Accepted task = source.sending().send(submission, connected.isEmbedded());
        accepted = task;
        var lost = new ArrayList<String>(source.unreadable());
        lost.addAll(submission.unsent());
        lost.addAll(task.leftOut());
        session.note("Accepted as task " + task.taskId()
                + (task.duplicatesIgnored() > 0 ? " (" + task.duplicatesIgnored() + " duplicates ignored)" : ""));
        if (detach) {
            session.print(json ? json(connected, task) : task.taskId());
            if (connected.isEmbedded()) {
                session.note(
                        "No server runs. The files are processed when one does: %s serve".formatted(session.program()));
            }
            return report(lost) ? ExitCode.PARTIAL : ExitCode.SUCCESS;
        }
        var following = new TaskFollower(session, connected.client());
        follower = following;
        Task end = following.follow(task.taskId());
        if (interrupted) {
            return ExitCode.INTERRUPTED;
        }
        if (json) {
            session.print(connected.client().get("/v1/tasks/" + FilemillClient.encode(task.taskId()), JsonNode.class));
            boolean anyLost = report(lost);
            return anyLost && end.isAllWell() ? ExitCode.PARTIAL : ExitCode.ofTask(end);
        }
        boolean anyLost =
                summarize(connected, end, Duration.ofNanos(session.ticks().nanoTime() - start), lost);
        return anyLost && end.isAllWell() ? ExitCode.PARTIAL : ExitCode.ofTask(end);
    }

    private static String json(Connection connected, Task.Accepted task) {
        return connected.client().json().valueToTree(task).toPrettyString();
    }

    private boolean summarize(Connection connected, Task end, Duration time, List<String> lost) throws IOException {
        session.print("Task %s %s: %s in %s, %s"
                .formatted(
                        end.taskId(),
                        end.isCancelled() ? "was cancelled" : "is finished",
                        TaskReport.files(end.totalFiles()),
                        Progress.duration(time),
                        TaskReport.rate(end.processedFiles(), time)));
        var report = new TaskReport(session, connected.client());
        report.counters(end);
        report.firstFailedFiles(end);
        boolean anyLost = report(lost);
        report.howToSearch(end, !connected.isEmbedded());
        return anyLost;
    }

    private boolean report(List<String> lost) {
        Consumer<String> out = json ? session::note : session::print;
        if (!lost.isEmpty()) {
            out.accept("Not submitted:");
            lost.forEach(line -> out.accept("  " + Terminal.clean(line)));
        }
        return !lost.isEmpty();
    }

    private void interrupted() {
        interrupted = true;
        TaskFollower following = follower;
        if (following != null) {
            following.stop();
        }
        Task.Accepted task = accepted;
        if (task == null) {
            session.note("Interrupted before the files were accepted.");
            return;
        }
        Connection connected = connection;
        boolean serverStays = connected != null && !connected.isEmbedded();
        session.note("Interrupted. The %d accepted files are kept and %s"
                .formatted(
                        task.totalFiles(),
                        serverStays
                                ? "the server goes on with them."
                                : "will go on when a server runs next: " + session.program() + " serve"));
        session.note("See: %s status %s".formatted(session.program(), task.taskId()));
    }
}
