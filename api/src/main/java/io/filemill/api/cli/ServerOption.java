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

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            description =
                    "The API key or token to sign in with. Others on this machine may see it here: better set FILEMILL_API_KEY.")
    private @Nullable String apiKey;

    @Nullable
    String url() {
        return url;
    }

    /** What to sign in with, or null for nothing. */
    @Nullable
    String apiKey(Session session) {
        String key = apiKey == null ? session.environment().getOrDefault("FILEMILL_API_KEY", "") : apiKey;
        return key.isBlank() ? null : key.strip();
    }
}
