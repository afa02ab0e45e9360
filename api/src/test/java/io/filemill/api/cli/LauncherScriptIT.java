package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs the launcher in a source tree of its own, with a Java and a Maven that only write down how they were called. */
final class LauncherScriptIT {
    private static final Path SCRIPT = Path.of("..", "filemill");
    private static final String JAVA = """
            #!/usr/bin/env bash
            printf '%s\\n' "java $*" >>"$CALLS"
            if [ "$1" = -Djarmode=tools ]; then
                mkdir -p "${@: -1}" && touch "${@: -1}/filemill-api-1-exec.jar"
            fi
            case $* in
                *ArchiveClassesAtExit=* | *AOTCacheOutput=*) printf '%s\\n' "database: $FILEMILL_DB_URL in $FILEMILL_DATA_DIR" >>"$CALLS" ;;
            esac
            """;
    private static final String MAVEN = """
            #!/usr/bin/env bash
            printf '%s\\n' "mvn $*" >>"$CALLS"
            echo "words of Maven"
            [ -z "${BREAK_BUILD:-}" ] || exit 1
            sleep 0.5
            mkdir -p api/target && touch -t 200001010000 api/target/filemill-api-1-exec.jar
            """;

    @TempDir
    private Path temporary;

    private Path root;
    private Path script;
    private Path calls;

    @BeforeEach
    void makeTree() throws IOException {
        root = temporary.toRealPath().resolve("a tree");
        Files.createDirectories(root.resolve("api/src/main"));
        script = Files.copy(SCRIPT, root.resolve("filemill"));
        Files.writeString(root.resolve("pom.xml"), "");
        Files.writeString(root.resolve("api/pom.xml"), "");
        Files.writeString(root.resolve("api/src/main/A.java"), "");
        calls = temporary.resolve("calls");
        Files.writeString(calls, "");
        executable("tools/mvn", MAVEN);
        executable("jdk/bin/java", JAVA);
        executable("jdk/bin/javac", "");
        javaVersion("17.0.15");
        for (String tool : List.of(
                "bash", "env", "find", "head", "ln", "mkdir", "mv", "readlink", "rm", "sed", "sleep", "touch")) {
            Path found = Path.of("/usr/bin", tool);
            String program = Files.exists(found) ? found.toString() : "/bin/" + tool;
            executable("tools/" + tool, "#!/bin/sh\nexec " + program + " \"$@\"\n");
        }
    }

    @Test
    void buildsTheFirstTimeAndThenOnlyStarts() throws Exception {
        Run first = run("status");
        Run second = run("status");

        assertThat(first.exitCode()).isZero();
        assertThat(first.err())
                .isEqualTo("Building Filemill (first run, a few minutes)…\nwords of Maven\nPreparing fast starts…\n");
        assertThat(first.out()).isEmpty();
        assertThat(second.err()).isEmpty();
        assertThat(calls("mvn")).containsExactly("mvn -q -B -DskipTests -Dspotless.check.skip=true package");
        assertThat(calls("java -Djarmode=tools")).hasSize(1);
        assertThat(calls("java").get(calls("java").size() - 1))
                .endsWith("-jar " + root + "/api/target/filemill/filemill-api-1-exec.jar status");
    }

    @Test
    void theFirstStartTouchesNoDatabaseOfTheUser() throws Exception {
        run("FILEMILL_DB_URL=jdbc:postgresql://db/precious", "status");

        assertThat(calls("database:"))
                .hasSize(2)
                .containsOnly("database:  in " + root + "/api/target/filemill/first-start");
    }

    @ParameterizedTest
    @CsvSource({
        "17.0.15, -XX:ArchiveClassesAtExit, -XX:SharedArchiveFile",
        "25.0.1, -XX:-AOTRecordTraining -XX:AOTCacheOutput, -XX:AOTCache"
    })
    void startsFromWhatThisJavaKeptOfTheFirstStart(String java, String written, String read) throws Exception {
        javaVersion(java);
        String feature = java.split("\\.")[0];
        String folder = root + "/api/target/filemill/";

        run("status");
        run("serve");

        assertThat(calls("java -Dfile"))
                .hasSize(4)
                .satisfiesExactly(
                        call -> assertThat(call).contains(" " + written + "=" + folder + "quick.new "),
                        call -> assertThat(call).contains(" " + written + "=" + folder + "server.new "),
                        call -> assertThat(call).contains(" " + read + "=" + folder + "quick-" + feature + ".cache "),
                        call -> assertThat(call).contains(" " + read + "=" + folder + "server-" + feature + ".cache "));
    }

    @Test
    void goesOnWhenABuildWasKilled() throws Exception {
        Process killed = new ProcessBuilder("sleep", "60").start();
        killed.destroyForcibly().waitFor();
        Files.createDirectories(root.resolve("api/target"));
        Files.createSymbolicLink(root.resolve("api/target/filemill.lock"), Path.of(String.valueOf(killed.pid())));

        assertThat(run("status").exitCode()).isZero();
        assertThat(calls("mvn")).hasSize(1);
    }

    @Test
    void buildsAgainWhenASourceHasChanged() throws Exception {
        run("status");
        Files.writeString(root.resolve("api/src/main/A.java"), "changed");
        Run result = run("status");

        assertThat(result.err()).startsWith("Building Filemill again, since its sources have changed…\n");
        assertThat(calls("mvn")).hasSize(2);
        assertThat(calls("java -Djarmode=tools")).hasSize(2);
    }

    @Test
    void buildsOnceWhenStartedTwiceAtTheSameTime() throws Exception {
        Process first = start(script, "status");
        Process second = start(script, "status");

        assertThat(finish(first).exitCode()).isZero();
        assertThat(finish(second).exitCode()).isZero();
        assertThat(calls("mvn")).hasSize(1);
    }

    @Test
    void worksThroughALinkFromAnywhere() throws Exception {
        Files.createSymbolicLink(temporary.resolve("relative"), Path.of("a tree/filemill"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), Path.of("relative"));

        Run result = finish(start(link, "status", "an id"));

        assertThat(result.exitCode()).isZero();
        assertThat(calls("java").get(calls("java").size() - 1))
                .contains("-Dfilemill.program=" + link)
                .endsWith("filemill-api-1-exec.jar status an id");
    }

    @Test
    void showsWhatMavenSaysWhenTheBuildFails() throws Exception {
        Run result = run("BREAK_BUILD=1", "status");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("words of Maven").contains("filemill: the build failed");
        assertThat(calls("java")).isEmpty();
        assertThat(root.resolve("api/target/filemill.lock"))
                .satisfies(lock -> assertThat(Files.isSymbolicLink(lock)).isFalse());
    }

    @Test
    void saysThatMavenIsMissing() throws Exception {
        Files.delete(temporary.resolve("tools/mvn"));

        Run result = run("status");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).startsWith("filemill: Maven is missing");
    }

    @Test
    void refusesAJavaThatDoesNotWork() throws Exception {
        Files.delete(temporary.resolve("jdk/release"));
        executable("jdk/bin/java", "#!/bin/sh\nexit 1\n");

        Run result = run("status");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("does not say its version");
    }

    @Test
    void refusesAnOldJava() throws Exception {
        javaVersion("11.0.2");

        Run result = run("status");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("is version 11, but 17 or newer is needed");
        assertThat(calls("mvn")).isEmpty();
    }

    @Test
    void serversGetMoreMemoryUnlessToldOtherwise() throws Exception {
        run("FILEMILL_JAVA_OPTS=-Xmx4g -Dx=y", "-v", "serve");

        assertThat(calls("java").get(calls("java").size() - 1))
                .contains(" -Xmx1g ")
                .contains(" -Xmx4g -Dx=y -jar ")
                .doesNotContain("--enable-native-access")
                .endsWith(" -v serve");
    }

    @Test
    void newerJavasAreToldThatNativeCodeIsWanted() throws Exception {
        javaVersion("25.0.1");

        run("serve");

        assertThat(calls("java").get(calls("java").size() - 1)).contains("--enable-native-access=ALL-UNNAMED");
    }

    private Run run(String... arguments) throws IOException, InterruptedException {
        return finish(start(script, arguments));
    }

    /** Arguments like {@code NAME=value} in front are environment variables. */
    private Process start(Path command, String... arguments) throws IOException {
        var line = new ArrayList<String>();
        var builder = new ProcessBuilder(line).directory(temporary.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", temporary.resolve("tools").toString());
        builder.environment().put("JAVA_HOME", temporary.resolve("jdk").toString());
        builder.environment().put("CALLS", calls.toString());
        line.add(temporary.resolve("tools/bash").toString());
        line.add(command.toString());
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals > 0 && line.size() == 2) {
                builder.environment().put(argument.substring(0, equals), argument.substring(equals + 1));
            } else {
                line.add(argument);
            }
        }
        return builder.start();
    }

    private static Run finish(Process process) throws IOException, InterruptedException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Run(process.exitValue(), out, err);
    }

    private List<String> calls(String start) throws IOException {
        return Files.readAllLines(calls).stream()
                .filter(call -> call.startsWith(start))
                .toList();
    }

    private void javaVersion(String version) throws IOException {
        Files.writeString(temporary.resolve("jdk/release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    }

    private void executable(String name, String text) throws IOException {
        Path file = temporary.resolve(name);
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private record Run(int exitCode, String out, String err) {}
}
