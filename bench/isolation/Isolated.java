package io.filemill.worker.document;

import io.filemill.worker.isolation.ChildOptions;
import io.filemill.worker.isolation.ChildOutcome.Answered;
import io.filemill.worker.isolation.ChildPool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** The parser in child processes, as a node uses it. Safe for several threads. */
public final class Isolated implements AutoCloseable {
    private final ChildPool children;
    private final DocumentParser parser;

    public Isolated(String classPath, int slots) {
        // a child is not replaced in mid-measurement
        var usual = ChildOptions.of(classPath, "io.filemill.parser.ParserMain", 512);
        var options = new ChildOptions(
                usual.classPath(),
                usual.mainClass(),
                usual.heapMegabytes(),
                usual.nonHeapMegabytes(),
                Integer.MAX_VALUE,
                usual.maximumAnswerBytes(),
                Duration.ofHours(1));
        children = new ChildPool(options, slots);
        parser = new DocumentParser(children, Duration.ofMinutes(2));
    }

    /** Parses a file. Returns whether there is text, and all of it. */
    public boolean parse(Path file) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        return parser.parse(file, String.valueOf(file.getFileName()), deadline) instanceof Answered<ParserAnswer> answer
                && answer.value().status().equals(ParserAnswer.PARSED)
                && answer.value().message() == null;
    }

    @Override
    public void close() {
        children.close();
    }
}
