package io.filemill.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ExampleTest {
    private static final Path SOURCE = Path.of("src/test/java/example/WordCount.java");

    @Test
    void isShownInTheDocumentationAsItIsCompiled() throws IOException {
        String source = Files.readString(SOURCE);
        assertThat(Files.readString(Path.of("../../docs/library.md"))).contains("```java\n" + source + "```");
        assertThat(source.lines()).hasSizeLessThan(40);
    }
}
