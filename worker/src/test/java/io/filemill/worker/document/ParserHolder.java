package io.filemill.worker.document;

import io.filemill.worker.isolation.ChildPool;
import java.nio.file.Path;
import java.time.Duration;

/** A program that has one file parsed by a child process, and does nothing else. */
final class ParserHolder {
    private ParserHolder() {}

    public static void main(String[] arguments) throws Exception {
        var hour = Duration.ofHours(1);
        try (var children = new ChildPool(TroubleClassPath.options(64), 1)) {
            var file = Path.of(arguments[0]);
            var outcome = new DocumentParser(children)
                    .parse(file, String.valueOf(file.getFileName()), System.nanoTime() + hour.toNanos(), hour);
            throw new IllegalStateException("The parser returned: " + outcome);
        }
    }
}
