package io.filemill.parser;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers requests on standard input by answers on standard output, one after the other, until standard input ends.
 *
 * <p>The process lives for its parent only. When the parent closes the pipe or dies, or when a request takes longer than it may, the
 * process ends at once, whatever it is doing. Signals to the whole group or container do not end it: the parent decides.
 */
final class ParserMain {
    private static final int EXIT_OUT_OF_MEMORY = 3;
    private static final int EXIT_TOO_LATE = 4;

    /** Enough for a book with a DTD of its own; Tika's 20 are not. What they expand to is bounded as all text is. */
    private static final String ENTITY_EXPANSIONS = "10000";

    /** Parsers go over a file several times, and classes are read from jars. */
    private static final int READS_PER_BYTE = 16;

    private static final long READS_BESIDE = 256L * 1024 * 1024;

    private final JsonMapper json = new JsonMapper();
    private final DocumentParser parser = new DocumentParser();
    private final BlockingQueue<byte[]> requests = new LinkedBlockingQueue<>();
    private final Timer watchdog = new Timer("deadline", true);

    private ParserMain() {}

    /**
     * Runs until standard input ends.
     *
     * @param arguments the directory for temporary files; if given, it is removed then
     */
    public static void main(String[] arguments) {
        var output = new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
        System.setProperty("jdk.xml.entityExpansionLimit", ENTITY_EXPANSIONS);
        System.setOut(System.err); // a library that prints must not break the answers
        Runtime.getRuntime().addShutdownHook(new Thread(ParserMain::waitForParent));
        try {
            var program = new ParserMain();
            var reader = new Thread(() -> program.readRequests(arguments), "requests");
            reader.setDaemon(true);
            reader.start();
            while (true) {
                program.answer(program.requests.take(), output);
            }
        } catch (OutOfMemoryError e) {
            Runtime.getRuntime().halt(EXIT_OUT_OF_MEMORY);
        } catch (Throwable e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private void answer(byte[] request, DataOutputStream output) throws IOException {
        Frames.signOfLife(output); // from now on silence is the file's fault
        var parsed = json.readValue(request, ParseRequest.class);
        var budget = new Budget(parsed.limits());
        var deadline = new TimerTask() {
            @Override
            public void run() {
                Runtime.getRuntime().halt(EXIT_TOO_LATE);
            }
        };
        var heapWatch = new HeapWatch(() -> Runtime.getRuntime().halt(EXIT_OUT_OF_MEMORY));
        var readable = READS_PER_BYTE * size(parsed) + READS_BESIDE;
        var heartbeat = new Heartbeat(budget::progress, ProcessReads::bytes, readable, () -> Frames.signOfLife(output));
        watchdog.schedule(deadline, parsed.timeoutMillis());
        watchdog.schedule(heapWatch, HeapWatch.PERIOD_MILLIS, HeapWatch.PERIOD_MILLIS);
        watchdog.schedule(heartbeat, Heartbeat.PERIOD_MILLIS, Heartbeat.PERIOD_MILLIS);
        var answer = parser.parse(parsed, budget);
        heartbeat.stop();
        try (var stream = Frames.answer(output)) {
            json.writeValue(stream, answer);
        }
        deadline.cancel();
        heapWatch.cancel();
        watchdog.purge();
    }

    private static long size(ParseRequest request) {
        return Path.of(request.path()).toFile().length();
    }

    private void readRequests(String[] arguments) {
        try {
            var input = new DataInputStream(new BufferedInputStream(System.in));
            while (true) {
                requests.add(Frames.read(input));
            }
        } catch (IOException e) {
            if (arguments.length > 0) {
                removeDirectory(Path.of(arguments[0]));
            }
            Runtime.getRuntime().halt(0);
        }
    }

    /** Keeps the process alive when a signal asks it to end. */
    private static void waitForParent() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Runtime.getRuntime().halt(1);
        }
    }

    private static void removeDirectory(Path directory) {
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            return; // nobody is left to be told
        }
    }
}
