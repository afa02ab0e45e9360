package io.filemill.e2e.chaos;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What happened in a run, with the time since its start: in a file as it happens, and counted. Safe for use by several threads. */
final class Journal implements AutoCloseable {
    private final long start = System.nanoTime();
    private final BufferedWriter file;
    private final Map<String, Integer> counts = new TreeMap<>();
    private final Set<String> violations = new LinkedHashSet<>();

    Journal(Path path) {
        try {
            file = Files.newBufferedWriter(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void note(String event) {
        try {
            file.write("%8.2f s  %s%n".formatted(elapsed().toMillis() / 1000.0, event));
            file.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Notes an event and counts it under a name that the table shows. */
    synchronized void count(String name, String detail) {
        counts.merge(name, 1, Integer::sum);
        note(detail.isEmpty() ? name : name + ": " + detail);
    }

    /** A promise was broken. The same words are counted once. */
    synchronized void violation(String what) {
        if (violations.add(what)) {
            note("VIOLATION  " + what);
        }
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized Map<String, Integer> counts() {
        return new LinkedHashMap<>(counts);
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
