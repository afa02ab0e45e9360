package io.filemill.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.api.cli.CommandFailure;
import io.filemill.api.cli.LocalServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.web.server.PortInUseException;

final class InProcessLauncherTest {
    private static final LocalServer.Options AS_CONFIGURED =
            new LocalServer.Options(null, null, null, true, List.of(), false);

    @Test
    void whatIsNotChosenIsLeftToTheEnvironment() {
        assertThat(InProcessLauncher.properties(AS_CONFIGURED, Map.of("FILEMILL_INGEST_ROOTS", "/data")))
                .isEqualTo(Map.of("filemill.worker.enabled", true));
    }

    @Test
    void whatIsChosenComesAsProperties() {
        var options = new LocalServer.Options("::1", 0, 0, false, List.of(), true);

        assertThat(InProcessLauncher.properties(options, Map.of()))
                .isEqualTo(Map.of(
                        "filemill.worker.enabled",
                        false,
                        "filemill.host",
                        "::1",
                        "filemill.port",
                        0,
                        "filemill.dashboard.enabled",
                        false,
                        "filemill.dashboard.port",
                        0));
    }

    @Test
    void rootsAreAddedToThoseOfTheEnvironment() {
        var options = withRoots("/a/b", "/c");

        assertThat(InProcessLauncher.properties(options, Map.of("FILEMILL_INGEST_ROOTS", "/data:/more")))
                .containsEntry("filemill.ingest-roots", "/data:/more:/a/b:/c");
    }

    @Test
    void aRootWithTheSeparatorInItsNameIsReplacedByTheFolderAbove() {
        var options = withRoots("/a/b:c/d");

        assertThat(InProcessLauncher.properties(options, Map.of())).containsEntry("filemill.ingest-roots", "/a");
    }

    @Test
    void aPortInUseIsExplained() {
        var launcher = new InProcessLauncher(
                properties -> {
                    throw new IllegalStateException("wrapped", new PortInUseException(8080));
                },
                properties -> "");

        assertThatThrownBy(() -> launcher.startServer(AS_CONFIGURED))
                .isInstanceOf(CommandFailure.class)
                .hasMessage("Port 8080 is in use by another program.");
    }

    @Test
    void anyOtherFailureIsNamedByItsRoot() {
        var launcher = new InProcessLauncher(
                properties -> {
                    throw new IllegalStateException("wrapped", new IllegalArgumentException("the disk is full"));
                },
                properties -> "");

        assertThatThrownBy(() -> launcher.startServer(AS_CONFIGURED))
                .hasMessage("Filemill could not start: the disk is full");
    }

    private static LocalServer.Options withRoots(String... roots) {
        return new LocalServer.Options(
                null, null, null, true, Stream.of(roots).map(Path::of).toList(), false);
    }
}
