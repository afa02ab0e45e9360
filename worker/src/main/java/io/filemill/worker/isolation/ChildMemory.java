package io.filemill.worker.isolation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The memory of another process that nobody else can use: its own pages and shared ones, also if swapped out, but no mapped files. */
final class ChildMemory {
    private static final List<String> LABELS = List.of("RssAnon:", "RssShmem:", "VmSwap:");

    private final Path status;

    /** Only Linux tells. */
    ChildMemory(long pid) {
        status = Path.of("/proc", String.valueOf(pid), "status");
    }

    /** In MiB, or 0 if it is not known or the process is gone. */
    long megabytes() {
        try {
            return Files.readString(status, StandardCharsets.ISO_8859_1)
                            .lines()
                            .filter(line -> LABELS.stream().anyMatch(line::startsWith))
                            .mapToLong(ChildMemory::kilobytes)
                            .sum()
                    / 1024;
        } catch (IOException e) {
            return 0;
        }
    }

    private static long kilobytes(String line) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
    }
}
