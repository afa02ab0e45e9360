package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CompletionCommandTest {
    @TempDir
    private Path folder;

    private List<String> complete(String line) throws IOException {
        Path script = folder.resolve("completion");
        Files.writeString(script, new Cli().run("completion", "bash").out());
        String typed = """
                source "$1"
                complete -p filemill >/dev/null || exit 9
                shift
                COMP_WORDS=("$@")
                COMP_CWORD=$(($# - 1))
                COMP_LINE="$*"
                COMP_POINT=${#COMP_LINE}
                COMPREPLY=()
                _complete_filemill
                printf '%s\\n' "${COMPREPLY[@]}"
                """;
        var command = new ArrayList<>(List.of("bash", "-c", typed, "bash", script.toString()));
        command.addAll(List.of(line.split(" ", -1)));
        Process bash = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .toList();
    }

    @Test
    void bashCompletesCommandsTheirPartsAndOptions() throws IOException {
        assertThat(complete("filemill sta")).contains("status", "stats").doesNotContain("nodes");
        assertThat(complete("filemill limits ")).contains("set", "pause");
        assertThat(complete("filemill report --for")).containsExactly("--format");
    }

    @Test
    void zshGetsTheSameWithItsOwnSwitch() {
        assertThat(new Cli().run("completion", "zsh").out())
                .contains("bashcompinit")
                .endsWith("# for zsh\n");
    }
}
