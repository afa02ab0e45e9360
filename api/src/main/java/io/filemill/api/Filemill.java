package io.filemill.api;

import io.filemill.api.cli.FilemillCommand;
import io.filemill.api.cli.Terminal;
import java.lang.management.ManagementFactory;
import java.time.Duration;

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
        return Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
    }
}
