package io.filemill.worker.document;

import io.filemill.worker.isolation.ChildOptions;
import io.filemill.worker.isolation.ClassPathDirectory;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;

/** The real parser program, with the test parser that loops, overflows and crashes as a file tells it to. */
final class TroubleClassPath {
    private static final Path JARS = Path.of("target", "parser-jars");
    private static final Path TROUBLE = Path.of("parser", "target", "test-classes");

    private TroubleClassPath() {}

    static ChildOptions options(int heapMegabytes) throws IOException {
        var classPath =
                ClassPathDirectory.layOut("filemill-parser", JARS) + File.pathSeparator + TROUBLE.toAbsolutePath();
        return ChildOptions.of(classPath, "io.filemill.parser.ParserMain", heapMegabytes);
    }
}
