package io.filemill.worker.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.filemill.db.document.Chunk;
import io.filemill.db.document.ChunkType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ChunkerTest {
    private final Chunker chunker = new Chunker();

    private static Segment text(String text) {
        return new Segment(null, null, "text", null, text);
    }

    private static Segment table(String title, String text) {
        return new Segment(null, 1, "table", title, text);
    }

    private List<String> texts(Segment segment) {
        return chunker.chunks(List.of(segment)).stream().map(Chunk::text).toList();
    }

    @Test
    void chunksKeepPagePartAndType() {
        var chunks = chunker.chunks(List.of(
                new Segment(null, 1, "text", null, "One"),
                new Segment(null, 2, "text", null, "Two"),
                new Segment("a.docx", null, "table", null, "a\tb")));

        assertThat(chunks)
                .extracting(Chunk::page, Chunk::part, Chunk::type, Chunk::text)
                .containsExactly(
                        tuple(1, null, ChunkType.TEXT, "One"),
                        tuple(2, null, ChunkType.TEXT, "Two"),
                        tuple(null, "a.docx", ChunkType.TABLE, "a\tb"));
    }

    @Nested
    class Text {
        @Test
        void shortTextIsOneChunk() {
            assertThat(texts(text("x".repeat(Chunker.MAXIMUM)))).hasSize(1);
        }

        @Test
        void isCutAtTheEndOfAParagraph() {
            var first = "Sentence one. ".repeat(50).strip();
            var second = "Sentence two. ".repeat(50).strip();

            assertThat(texts(text(first + "\n\n" + second))).first().isEqualTo(first);
        }

        @Test
        void isCutAtTheEndOfASentenceIfThereIsNoParagraph() {
            var chunks = texts(text("Ducks swim on lakes. ".repeat(100)));

            assertThat(chunks)
                    .hasSizeGreaterThan(2)
                    .allSatisfy(
                            chunk -> assertThat(chunk).endsWith("lakes.").hasSizeLessThanOrEqualTo(Chunker.MAXIMUM));
        }

        @Test
        void isCutBetweenWordsIfThereIsNoSentence() {
            var chunks = texts(text("duck ".repeat(1_000)));

            assertThat(chunks).allSatisfy(chunk -> assertThat(chunk).matches("duck( duck)*"));
        }

        @Test
        void startsWithTheLastWordsOfTheChunkBefore() {
            var words = IntStream.range(0, 1_000).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));

            var chunks = texts(text(words));

            for (var i = 1; i < chunks.size(); i++) {
                var firstWord = chunks.get(i).substring(0, chunks.get(i).indexOf(' '));
                var overlap = chunks.get(i - 1).substring(chunks.get(i - 1).lastIndexOf(firstWord));
                assertThat(overlap).hasSizeBetween(Chunker.OVERLAP / 2, Chunker.OVERLAP);
                assertThat(chunks.get(i)).startsWith(overlap);
            }
            assertThat(chunks).last().asString().endsWith("w999");
        }

        @Test
        void losesNoWord() {
            var words = IntStream.range(0, 3_000).mapToObj(i -> "w" + i).toList();

            var found = texts(text(String.join(" ", words))).stream()
                    .flatMap(chunk -> chunk.lines().flatMap(line -> List.of(line.split(" ", -1)).stream()))
                    .collect(Collectors.toSet());

            assertThat(found).containsExactlyInAnyOrderElementsOf(words);
        }

        @Test
        void withoutAnyBlankIsCutBetweenCharactersAndNeverInside() {
            var chunks = texts(text("a" + "\ud83e\udd86".repeat(2_000)));

            assertThat(chunks).hasSizeGreaterThan(3).allSatisfy(chunk -> {
                assertThat(chunk).hasSizeBetween(1, Chunker.MAXIMUM);
                assertThat(new String(chunk.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                        .isEqualTo(chunk);
            });
        }

        @Test
        void withoutAnyParagraphIsCutInLinearTime() {
            assertThat(texts(text("x".repeat(5_000_000)))).hasSizeGreaterThan(5_000);
        }
    }

    @Nested
    class Table {
        @Test
        void shortTableIsOneChunkUnderItsTitle() {
            assertThat(texts(table("Birds", "Name\tWeight\nDuck\t1.2")))
                    .containsExactly("Birds\nName\tWeight\nDuck\t1.2");
        }

        @Test
        void longTableIsCutBetweenRowsAndRepeatsTitleAndHeader() {
            var rows = IntStream.range(0, 200)
                    .mapToObj(i -> "duck-" + i + "\t" + i)
                    .toList();

            var chunks = texts(table("Birds", "Name\tWeight\n" + String.join("\n", rows)));

            assertThat(chunks)
                    .hasSizeGreaterThan(1)
                    .allSatisfy(chunk -> assertThat(chunk)
                            .startsWith("Birds\nName\tWeight\nduck-")
                            .hasSizeLessThanOrEqualTo(Chunker.MAXIMUM));
            assertThat(chunks.stream().flatMap(String::lines).filter(line -> line.startsWith("duck")))
                    .containsExactlyElementsOf(rows);
        }

        @Test
        void rowThatIsTooLongIsCutAsText() {
            var chunks = texts(
                    table("Birds", "Name\tRemark\nDuck\t" + "quack ".repeat(500).strip()));

            assertThat(chunks)
                    .hasSizeGreaterThan(2)
                    .allSatisfy(chunk -> assertThat(chunk)
                            .startsWith("Birds\nName\tRemark\n")
                            .hasSizeLessThanOrEqualTo(Chunker.MAXIMUM));
            assertThat(chunks.stream().flatMap(chunk -> List.of(chunk.split("quack", -1)).stream()))
                    .hasSize(500 + chunks.size());
        }

        @Test
        void headerThatIsTooLongIsNotRepeated() {
            var header = "column\t".repeat(100).strip();

            var chunks =
                    texts(table("Birds", header + "\n" + "a\tb\n".repeat(300).strip()));

            assertThat(chunks).filteredOn(chunk -> chunk.contains("column")).hasSize(1);
            assertThat(chunks).allSatisfy(chunk -> assertThat(chunk).startsWith("Birds\n"));
        }
    }
}
