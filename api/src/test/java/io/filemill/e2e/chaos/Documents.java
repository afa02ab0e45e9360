package io.filemill.e2e.chaos;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Small documents of random words: most are unique, the others come again and again. */
final class Documents {
    private static final List<String> WORDS = List.of(
            "harbour", "lantern", "orchard", "granite", "violin", "meadow", "compass", "timber", "saffron", "glacier");
    private static final int REPEATED = 25;
    private static final int SECRETS = 1_000_000_000;

    private final SplittableRandom random;
    private final List<Document> repeated;

    /**
     * A document.
     *
     * @param extension with its dot
     */
    record Document(String extension, String content) {}

    /**
     * @param shared makes the documents that come again; the same for all who shall have the same ones
     * @param own makes the unique ones
     */
    Documents(SplittableRandom shared, SplittableRandom own) {
        this.random = own;
        this.repeated = Stream.generate(() -> make(shared)).limit(REPEATED).toList();
    }

    Document next() {
        return random.nextInt(3) == 0 ? repeated.get(random.nextInt(repeated.size())) : make(random);
    }

    private static Document make(SplittableRandom random) {
        return switch (random.nextInt(3)) {
            case 0 -> new Document(".txt", lines(random, ""));
            case 1 ->
                new Document(
                        ".html",
                        "<html><head><title>Page</title></head><body>" + lines(random, "<p>") + "</body></html>");
            default -> new Document(".csv", "name,number,words\n" + rows(random));
        };
    }

    private static String lines(SplittableRandom random, String before) {
        return IntStream.range(0, random.nextInt(1, 60))
                .mapToObj(i -> before + words(random) + ".\n")
                .collect(Collectors.joining());
    }

    private static String rows(SplittableRandom random) {
        return IntStream.range(0, random.nextInt(1, 60))
                .mapToObj(i -> "row " + i + "," + random.nextInt(SECRETS) + "," + words(random) + "\n")
                .collect(Collectors.joining());
    }

    private static String words(SplittableRandom random) {
        return IntStream.range(0, 12)
                        .mapToObj(i -> WORDS.get(random.nextInt(WORDS.size())))
                        .collect(Collectors.joining(" "))
                + " " + random.nextInt(SECRETS);
    }
}
