package example;

import io.filemill.db.failure.Failure;
import io.filemill.db.failure.Phase;
import io.filemill.worker.file.FileOutcome;
import io.filemill.worker.file.FileProcessor;
import io.filemill.worker.file.SourceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.JsonNodeFactory;

/** Counts the words of text files. */
@Component
class WordCount implements FileProcessor {
    @Override
    public String name() {
        return "word-count";
    }

    @Override
    public FileOutcome process(SourceFile file) throws IOException {
        if (file.path() == null) {
            return new FileOutcome.Failed(Failure.ofFile("NO_FILE", Phase.FILE_VALIDATION, "Only files have words."));
        }
        try (Stream<String> lines = Files.lines(file.path())) {
            long words = lines.mapToLong(
                            line -> line.isBlank() ? 0 : line.strip().split("\\s+").length)
                    .sum();
            return new FileOutcome.Completed(
                    JsonNodeFactory.instance.objectNode().put("words", words));
        }
    }
}
