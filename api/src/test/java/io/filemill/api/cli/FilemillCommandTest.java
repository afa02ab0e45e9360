package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FilemillCommandTest {
    private final Cli cli = new Cli();

    static Stream<String> commands() {
        return Stream.of(
                "ingest",
                "status",
                "events",
                "files",
                "file",
                "failures",
                "report",
                "retry",
                "cancel",
                "pause",
                "resume",
                "priority",
                "delete",
                "search",
                "stats",
                "nodes",
                "quarantine",
                "limits",
                "webhooks",
                "keys",
                "whoami",
                "audit",
                "serve",
                "worker",
                "migrate",
                "bench",
                "completion");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHelpsAndSaysItsVersion(String command) {
        Cli.Result help = cli.run(command, "--help");
        Cli.Result version = cli.run(command, "--version");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).startsWith("Usage: filemill " + command).contains("--verbose");
        assertThat(version.out()).isEqualTo("filemill 1.2.3\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FILEMILL_HOST",
                "FILEMILL_PORT",
                "FILEMILL_DATA_DIR",
                "FILEMILL_DB_URL",
                "FILEMILL_DB_USER",
                "FILEMILL_DB_PASSWORD",
                "FILEMILL_INGEST_ROOTS",
                "FILEMILL_DASHBOARD_PORT",
                "FILEMILL_NODE_NAME",
                "MAX_WORKERS",
                "INGESTION_TIMEOUT",
                "FILEMILL_STALL_TIMEOUT",
                "CLEANUP_INTERVAL_SECONDS",
                "CLEANUP_MAX_AGE_SECONDS"
            })
    void helpListsTheSetting(String setting) {
        assertThat(cli.run("--help").out()).contains("  " + setting + " ");
    }

    @Test
    void withoutACommandItShowsTheUseAndExitsWithTwo() {
        Cli.Result result = cli.run();

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).startsWith("Missing command").contains("Usage: filemill");
    }

    @ParameterizedTest
    @ValueSource(strings = {"limits set", "limits pause", "webhooks create", "webhooks deliveries"})
    void partsOfACommandHelpAndSayTheirVersionToo(String command) {
        assertThat(cli.run((command + " --help").split(" ")).out()).startsWith("Usage: filemill " + command);
        assertThat(cli.run((command + " --version").split(" ")).out()).isEqualTo("filemill 1.2.3\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "files t --limit 0",
                "quarantine --limit 0",
                "priority t",
                "priority t high",
                "retry t --failed --code CORRUPT",
                "retry t --retryable --permanent",
                "retry",
                "retry --file 7 --file 8",
                "retry --file 7 --code CORRUPT",
                "delete --yes",
                "delete t --ended --yes",
                "delete --ended --document d --yes",
                "audit --limit 0",
                "status t --outcome failed",
                "stats --history=hour",
                "ingest --item a --server-path /in",
                "report t --json",
                "cancel t --file 1",
                "webhooks change w",
                "completion fish",
                "limits set",
                "ingest",
                "status --nope",
                "search",
                "cancel",
                "cancel a b",
                "serve --port x",
                "ingset x",
                "status --failed"
            })
    void wrongUseExitsWithTwoAndWithoutAStackTrace(String line) {
        Cli.Result result = cli.run(line.split(" "));

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).isNotBlank().doesNotContain("\tat ");
    }

    @Test
    void aMistypedCommandGetsASuggestion() {
        assertThat(cli.run("staus").err()).contains("Did you mean").contains("filemill status");
    }

    @Test
    void stackTracesAreShownToThoseWhoAsk() {
        assertThat(cli.run("-v", "migrate").err())
                .contains("FILEMILL_DB_URL is not set")
                .contains("\tat io.filemill");
        assertThat(cli.run("migrate", "-v").err()).contains("\tat io.filemill");
        assertThat(new Cli().env("FILEMILL_DEBUG", "1").run("migrate").err()).contains("\tat io.filemill");
    }

    @Test
    void badSettingsOfTheEnvironmentAreNamed() {
        assertThat(new Cli().env("FILEMILL_PORT", "http").run("status").err())
                .isEqualTo("FILEMILL_PORT is not a port: http\n");
        assertThat(new Cli().env("FILEMILL_PORT", "70000").run("status").exitCode())
                .isEqualTo(2);
    }
}
