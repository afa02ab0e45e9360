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
 * Extracts the text of all files of a folder with so many threads and nothing else, for each folder named by a line on the standard input, and prints
 * the seconds that it took.
 */
public final class Extraction {
    private Extraction() {}

    /** Argument: the number of threads. */
    public static void main(String[] arguments) throws Exception {
        int threads = Integer.parseInt(arguments[0]);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        ThreadLocal<InProcess> parser = ThreadLocal.withInitial(InProcess::new);
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String folder = lines.readLine(); folder != null; folder = lines.readLine()) {
            List<Path> files;
            try (Stream<Path> found = Files.walk(Path.of(folder))) {
                files = found.filter(Files::isRegularFile).sorted().toList();
            }
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
