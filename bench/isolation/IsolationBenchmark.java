import io.filemill.parser.InProcess;
import io.filemill.worker.document.Isolated;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Compares the processor time of parsing files in this process and in child processes: all threads of this process and of its children,
 * compilers and collectors included. Both ways take turns, so that what else the machine does hits both.
 */
public final class IsolationBenchmark {
    private static final int THREADS = 2;
    private static final int WARM_UP_ROUNDS = 15;

    private final List<Path> files;
    private final Isolated isolated;
    private final ThreadLocal<InProcess> inProcess = ThreadLocal.withInitial(InProcess::new);

    private IsolationBenchmark(List<Path> files, Isolated isolated) {
        this.files = files;
        this.isolated = isolated;
    }

    /** Arguments: the parser's class path, a folder of files, the number of rounds. */
    public static void main(String[] arguments) throws Exception {
        var rounds = Integer.parseInt(arguments[2]);
        try (var isolated = new Isolated(arguments[0], THREADS)) {
            var good = goodFiles(Path.of(arguments[1]), isolated);
            System.out.printf("%d good files, %d threads, Java %s%n", good.size(), THREADS, Runtime.version().feature());
            new IsolationBenchmark(good, isolated).run(rounds);
        }
    }

    private static List<Path> goodFiles(Path folder, Isolated isolated) throws Exception {
        var good = new ArrayList<Path>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (isolated.parse(file)) {
                    good.add(file);
                }
            }
        }
        return good;
    }

    private void run(int rounds) throws Exception {
        try (var threads = new Threads()) {
            for (var round = 0; round < WARM_UP_ROUNDS; round++) {
                parseAll(threads, this::parseHere);
                parseAll(threads, isolated::parse);
            }
            var here = new ArrayList<Double>();
            var there = new ArrayList<Double>();
            var difference = new ArrayList<Double>();
            for (var round = 0; round < rounds; round++) {
                here.add(parseAll(threads, this::parseHere));
                there.add(parseAll(threads, isolated::parse));
                difference.add(there.get(round) - here.get(round));
                System.out.printf(
                        "round %2d: in process %6.2f ms, in children %6.2f ms, more %6.2f ms%n",
                        round + 1, here.get(round), there.get(round), difference.get(round));
            }
            System.out.printf(
                    "median CPU per file: in process %.2f ms, in children %.2f ms, more %.2f ms%n",
                    median(here), median(there), median(difference));
        }
    }

    private boolean parseHere(Path file) {
        inProcess.get().parse(file);
        return true;
    }

    /** Returns milliseconds of processor time per file. */
    private double parseAll(Threads threads, Way way) throws Exception {
        var next = new AtomicInteger();
        var before = cpu();
        threads.run(() -> {
            for (var i = next.getAndIncrement(); i < files.size(); i = next.getAndIncrement()) {
                way.parse(files.get(i));
            }
            return null;
        });
        return cpu().minus(before).toNanos() / 1e6 / files.size();
    }

    private static Duration cpu() {
        var self = ProcessHandle.current();
        return Stream.concat(Stream.of(self), self.children())
                .map(process -> process.info().totalCpuDuration().orElseThrow())
                .reduce(Duration.ZERO, Duration::plus);
    }

    private static double median(List<Double> values) {
        var sorted = values.stream().sorted(Comparator.naturalOrder()).toList();
        return (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
    }

    @FunctionalInterface
    private interface Way {
        boolean parse(Path file) throws Exception;
    }

    /** The same threads for both ways, so that each keeps its parser. */
    private static final class Threads implements AutoCloseable {
        private final ExecutorService executor =
                Executors.newFixedThreadPool(THREADS);

        void run(Callable<Void> task) throws Exception {
            for (var result : executor.invokeAll(Collections.nCopies(THREADS, task))) {
                result.get();
            }
        }

        @Override
        public void close() {
            executor.shutdown();
        }
    }
}
