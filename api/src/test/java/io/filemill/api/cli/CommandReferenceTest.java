package io.filemill.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The reference of the commands is what the commands say of themselves. */
final class CommandReferenceTest {
    private static final Path REFERENCE = Path.of("..", "docs", "cli-reference.md");
    private static final Pattern LISTED = Pattern.compile("(?m)^  ([a-z-]+)(?:, [a-z-]+)*(?: .*)?$");

    /** With {@code -Dfilemill.test.write-reference=true} it writes the file. */
    @Test
    void isUpToDate() throws IOException {
        var text = new StringBuilder("""
                # Command reference

                What `filemill COMMAND --help` writes. [cli.md](cli.md) explains how to use it.
                """);
        append(text, List.of());

        if (Boolean.getBoolean("filemill.test.write-reference")) {
            Files.writeString(REFERENCE, text);
        }
        assertThat(Files.readString(REFERENCE))
                .as("docs/cli-reference.md; -Dfilemill.test.write-reference=true writes it")
                .isEqualTo(text.toString());
    }

    private static void append(StringBuilder text, List<String> command) {
        var line = new ArrayList<>(command);
        line.add("--help");
        String help = new Cli().run(line.toArray(String[]::new)).out().stripTrailing();
        text.append("\n##").append(command.size() > 1 ? "#" : "").append(" filemill");
        command.forEach(word -> text.append(' ').append(word));
        text.append("\n\n```\n").append(help).append("\n```\n");
        int list = help.indexOf("\nCommands:\n");
        if (list < 0) {
            return;
        }
        int end = help.indexOf("\n\n", list);
        Matcher listed = LISTED.matcher(help.substring(list, end < 0 ? help.length() : end));
        while (listed.find()) {
            var part = new ArrayList<>(command);
            part.add(listed.group(1));
            append(text, part);
        }
    }
}
