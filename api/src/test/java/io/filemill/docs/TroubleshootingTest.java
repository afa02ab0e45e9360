package io.filemill.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/troubleshooting.md quotes is what the program says. A quotation is a heading in quotation marks; … stands for what varies. */
class TroubleshootingTest {
    private static final Pattern QUOTATION = Pattern.compile("(?m)^### “(.+)”$");

    /** What the sources say, without the seams between two literals. */
    private static String sources() {
        return Stream.of("db", "worker", "api")
                .flatMap(module ->
                        Documentation.files(Documentation.ROOT.resolve(module), TroubleshootingTest::isMainSource)
                                .stream())
                .map(Documentation::read)
                .map(source -> source.replaceAll("\"\\s*\\+\\s*\"", "").replace("\\\"", "\""))
                .collect(Collectors.joining("\n"));
    }

    private static boolean isMainSource(Path file) {
        return file.toString().endsWith(".java")
                && file.toString().replace('\\', '/').contains("/src/main/");
    }

    @Test
    void quotesWhatTheProgramSays() {
        String sources = sources() + Documentation.read(Documentation.ROOT.resolve("filemill"));
        List<String> quotations = QUOTATION
                .matcher(Documentation.read(Documentation.ROOT.resolve("docs/troubleshooting.md")))
                .results()
                .map(quotation -> quotation.group(1))
                .toList();
        assertThat(quotations)
                .hasSizeGreaterThan(10)
                .allSatisfy(quotation -> assertThat(Stream.of(quotation.split("…"))
                                .map(String::strip)
                                .filter(part -> !part.isEmpty()))
                        .allSatisfy(part -> assertThat(sources.contains(part))
                                .as("“%s” is said somewhere", part)
                                .isTrue()));
    }
}
