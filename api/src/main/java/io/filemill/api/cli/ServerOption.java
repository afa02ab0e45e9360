package io.filemill.api.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option of the commands that talk to a server. */
final class ServerOption {
    @Option(
            names = "--server",
            paramLabel = "URL",
            description =
                    "The server to talk to. Without it: the one at FILEMILL_HOST and FILEMILL_PORT if it runs, else one that is "
                            + "started for this command.")
    private @Nullable String url;

    @Nullable
    String url() {
        return url;
    }
}
