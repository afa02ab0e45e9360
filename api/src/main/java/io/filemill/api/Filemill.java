package io.filemill.api;

import io.filemill.api.cli.FilemillCommand;
import io.filemill.api.cli.Terminal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** The program. */
public final class Filemill {
    private Filemill() {}

    /** Runs the command that the arguments name and ends the process with its exit code. */
    public static void main(String[] args) {
        String version = Filemill.class.getPackage().getImplementationVersion();
        var about = new FilemillCommand.About(
                version == null ? "(not packaged)" : version,
                System.getProperty("filemill.program", "./filemill"),
                Filemill::uptime);
        System.exit(FilemillCommand.run(args, Terminal.ofProcess(), System.getenv(), about, new InProcessLauncher()));
    }

    private static Duration uptime() {
        Instant now = Clock.systemUTC().instant();
        return Duration.between(ProcessHandle.current().info().startInstant().orElse(now), now);
    }
}
