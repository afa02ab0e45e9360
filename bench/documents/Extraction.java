import io.filemill.parser.InProcess;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Extracts the text of all files of a folder with so many threads and nothing else, once for each line on the standard input, and prints the
 * seconds that it took.
 */
public final class Extraction {
    private Extraction() {}

    /** Arguments: a folder, the number of threads. */
    public static void main(String[] arguments) throws Exception {
        List<Path> files;
        try (Stream<Path> found = Files.walk(Path.of(arguments[0]))) {
            files = found.filter(Files::isRegularFile).sorted().toList();
        }
        int threads = Integer.parseInt(arguments[1]);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        ThreadLocal<InProcess> parser = ThreadLocal.withInitial(InProcess::new);
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (lines.readLine() != null) {
            var next = new AtomicInteger();
            Callable<Void> work = () -> {
                for (int i = next.getAndIncrement(); i < files.size(); i = next.getAndIncrement()) {
                    parser.get().parse(files.get(i));
                }
                return null;
            };
            long began = System.nanoTime();
            for (var result : executor.invokeAll(Collections.nCopies(threads, work))) {
                result.get();
            }
            System.out.printf("%.2f%n", (System.nanoTime() - began) / 1e9);
        }
        executor.shutdown();
    }
}
