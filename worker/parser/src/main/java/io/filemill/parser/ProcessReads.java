package io.filemill.parser;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much this process has read so far, as Linux counts it. Parsers open files in many ways; this sees all of them. */
final class ProcessReads {
    private static final Path COUNTERS = Path.of("/proc/self/io");
    private static final String LABEL = "rchar: ";

    private ProcessReads() {}

    /** Bytes read by any thread, or 0 where the system does not tell. */
    static long bytes() {
        try {
            return Files.readString(COUNTERS, StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> line.startsWith(LABEL))
                    .mapToLong(line -> Long.parseLong(line.substring(LABEL.length())))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
