package io.filemill.api.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code filemill}: the command that all others are part of. */
@Command(
        name = "filemill",
        mixinStandardHelpOptions = true,
        description = "Filemill turns folders of files into counted, searchable, durable results.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; with --watch, and of ingest: every file is processed or had nothing to do",
            "1:some files failed or could not be taken, others did not",
            "2:wrong use, or the request makes no sense",
            "3:no file of the task succeeded, or it was cancelled",
            "4:no server answers, or it cannot answer now",
            "5:there is no such task, file or other thing",
            "6:the server refuses it as things are, for example because a task has ended",
            "7:not signed in, or not allowed",
            "8:an error of the program itself",
            "130:stopped by Ctrl-C, or a question was not answered with yes"
        },
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nSettings by environment variables:%n",
        footer = {
            "  FILEMILL_HOST             address of the server (127.0.0.1)",
            "  FILEMILL_PORT             port of the server (8080)",
            "  FILEMILL_DATA_DIR         where the embedded database and stored files are",
            "  FILEMILL_DB_URL           JDBC URL of a PostgreSQL to use instead of the embedded one",
            "  FILEMILL_DB_USER          its user",
            "  FILEMILL_DB_PASSWORD      its password",
            "  FILEMILL_INGEST_ROOTS     folders that submissions may name by path, joined by ':'",
            "  FILEMILL_API_KEY          what commands sign in with at a server",
            "  FILEMILL_AUTH             required: callers of the server must sign in (open on loopback)",
            "  FILEMILL_DASHBOARD_PORT   port of the queue's dashboard (8000)",
            "  FILEMILL_NODE_NAME        name of the worker node (the host's name)",
            "  MAX_WORKERS               files processed at once (from GPUs, CPUs and memory)",
            "  INGESTION_TIMEOUT         seconds that one file may take (3600)",
            "  FILEMILL_STALL_TIMEOUT    seconds that a file may make no progress (120)",
            "  CLEANUP_INTERVAL_SECONDS  seconds between clean-ups of old tasks (7200)",
            "  CLEANUP_MAX_AGE_SECONDS   seconds that a finished task is kept (3600)",
            "  FILEMILL_JAVA_OPTS        options for the JVM, for example -Xmx4g",
            "  FILEMILL_DEBUG            1 shows log lines and stack traces, as -v does"
        })
public final class FilemillCommand implements Runnable {
    private static final List<String> VERBOSE = List.of("-v", "--verbose");

    @Mixin
    private final Session.Details details = new Session.Details();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private FilemillCommand() {}

    /**
     * Runs one command to its end.
     *
     * @param arguments as typed
     * @param terminal where to write
     * @param environment the environment variables
     * @param about this program
     * @param launcher starts parts of Filemill in this process
     * @return the exit code, one of {@link ExitCode}
     */
    public static int run(
            String[] arguments, Terminal terminal, Map<String, String> environment, About about, Launcher launcher) {
        return run(
                arguments,
                about.version(),
                details -> new Session(
                        terminal,
                        environment,
                        about.program(),
                        launcher,
                        Interrupts.ofProcess(),
                        Ticks.real(),
                        about.uptime(),
                        details));
    }

    static int run(String[] arguments, String version, SessionFactory sessions) {
        var top = new FilemillCommand();
        Session session = sessions.create(top.details);
        var commandLine = new CommandLine(top);
        add(commandLine, commands(session), arguments);
        setVersion(commandLine, "filemill " + version);
        Terminal terminal = session.terminal();
        return commandLine
                .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
                .setColorScheme(Help.defaultColorScheme(terminal.outHasColors() ? Help.Ansi.ON : Help.Ansi.OFF))
                .setUsageHelpWidth(Math.min(Math.max(terminal.columns(), 80), 120))
                .setParameterExceptionHandler((e, args) -> explainUse(e))
                .setExecutionExceptionHandler((e, failed, result) -> explain(e, session))
                .execute(arguments);
    }

    /** Every command in the order of the help. */
    private static Map<String, Supplier<Object>> commands(Session session) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("ingest", () -> new IngestCommand(session));
        commands.put("status", () -> new StatusCommand(session));
        commands.put("events", () -> new EventsCommand(session));
        commands.put("files", () -> new FilesCommand(session));
        commands.put("file", () -> new FileCommand(session));
        commands.put("failures", () -> new FailuresCommand(session));
        commands.put("report", () -> new ReportCommand(session));
        commands.put("retry", () -> new RetryCommand(session));
        commands.put("cancel", () -> new CancelCommand(session));
        commands.put("pause", () -> new PauseCommand(session));
        commands.put("resume", () -> new ResumeCommand(session));
        commands.put("priority", () -> new PriorityCommand(session));
        commands.put("delete", () -> new DeleteCommand(session));
        commands.put("search", () -> new SearchCommand(session));
        commands.put("stats", () -> new StatsCommand(session));
        commands.put("nodes", () -> new NodesCommand(session));
        commands.put("quarantine", () -> new QuarantineCommand(session));
        commands.put("limits", () -> LimitsCommand.with(session));
        commands.put("webhooks", () -> WebhooksCommand.with(session));
        commands.put("keys", () -> KeysCommand.with(session));
        commands.put("whoami", () -> new WhoamiCommand(session));
        commands.put("audit", () -> new AuditCommand(session));
        commands.put("serve", () -> new ServeCommand(session));
        commands.put("worker", () -> new WorkerCommand(session));
        commands.put("migrate", () -> new MigrateCommand(session));
        commands.put("bench", () -> new BenchCommand(session));
        commands.put("completion", () -> new CompletionCommand(session));
        return commands;
    }

    /** Only the command that is named is looked into, which saves a good part of its time; all of them where they are to be listed. */
    private static void add(CommandLine top, Map<String, Supplier<Object>> commands, String[] arguments) {
        String named = Arrays.stream(arguments)
                .filter(argument -> !VERBOSE.contains(argument))
                .findFirst()
                .orElse("");
        Supplier<Object> only = named.equals("completion") ? null : commands.get(named);
        if (only != null) {
            top.addSubcommand(named, only.get());
            return;
        }
        commands.forEach((name, command) -> top.addSubcommand(name, command.get()));
    }

    private static void setVersion(CommandLine command, String version) {
        command.getCommandSpec().version(version);
        command.getSubcommands().values().forEach(sub -> setVersion(sub, version));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }

    private static int explainUse(ParameterException e) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(e.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(e, err)) {
            command.usage(err);
        }
        err.println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.WRONG_USE;
    }

    private static int explain(Exception e, Session session) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        session.note(Terminal.clean(message(e)));
        if (session.wantsDetails()) {
            e.printStackTrace(session.terminal().err());
        } else if (!(e instanceof CommandFailure)) {
            session.note("More about it with -v.");
        }
        if (e instanceof InterruptedException) {
            return ExitCode.INTERRUPTED;
        }
        if (e instanceof IOException) {
            return ExitCode.UNREACHABLE;
        }
        return e instanceof CommandFailure failure ? failure.exitCode() : ExitCode.INTERNAL;
    }

    private static String message(Exception e) {
        if (e instanceof CommandFailure) {
            return String.valueOf(e.getMessage());
        }
        return e instanceof IOException io
                ? "The server could not be reached: " + FilemillClient.describe(io)
                : e.toString();
    }

    /**
     * This program, as seen from outside.
     *
     * @param version its version
     * @param program how people call it
     * @param uptime for how long its process has run
     */
    public record About(String version, String program, Supplier<Duration> uptime) {}

    /** Makes the session once the options that it depends on have a place. */
    interface SessionFactory {
        Session create(Session.Details details);
    }
}
