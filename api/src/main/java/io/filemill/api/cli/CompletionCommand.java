package io.filemill.api.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code filemill completion}: what makes a shell complete commands and options. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Write the script that makes a shell complete commands and options.",
        footer = {"", "For this session:  source <(filemill completion bash)"})
final class CompletionCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.bash;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    CompletionCommand(Session session) {
        this.session = session;
    }

    /** The shells as people type them. One script serves both: it turns on what zsh has for bash. */
    enum Shell {
        bash,
        zsh
    }

    @Override
    public Integer call() {
        session.print(AutoComplete.bash("filemill", spec.root().commandLine()));
        session.print("# for " + shell);
        return ExitCode.SUCCESS;
    }
}
