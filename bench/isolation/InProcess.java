package io.filemill.parser;

import java.nio.file.Path;

/** The parser without its own process, to compare with. One for each thread. */
public final class InProcess {
    private final DocumentParser parser = new DocumentParser();

    /** Parses a file as a child process would, and forgets its text. */
    public void parse(Path file) {
        var limits = new Limits(20_000_000, 1_000, 10, 2L << 30);
        var request = new ParseRequest(file.toString(), String.valueOf(file.getFileName()), limits, 60_000);
        if (parser.parse(request, new Budget(limits)).status() != ParseAnswer.Status.PARSED) {
            throw new IllegalStateException("Parsed by a child process, but not here: " + file);
        }
    }
}
