package io.filemill.parser;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.filemill.parser.ParseAnswer.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentParserTest {
    private static final DocumentParser PARSER = new DocumentParser();
    private static final Limits LIMITS = new Limits(20_000_000, 1_000, 10, 1L << 31);
    private static final List<List<String>> ROWS = List.of(List.of("Name", "Weight"), List.of("Duck", "1.2"));

    @TempDir
    private Path directory = Path.of("");

    private SampleFiles samples = new SampleFiles(directory);

    @BeforeEach
    void createSamples() {
        samples = new SampleFiles(directory);
    }

    private ParseAnswer parse(Path file) {
        return parse(file, LIMITS);
    }

    private ParseAnswer parse(Path file, Limits limits) {
        var request = new ParseRequest(file.toString(), String.valueOf(file.getFileName()), limits, 60_000);
        return PARSER.parse(request, new Budget(limits));
    }

    private ParseAnswer parse(String name, byte[] content) throws IOException {
        return parse(samples.file(name, content));
    }

    @Nested
    class Text {
        @Test
        void pdfGivesItsTextByPage() throws IOException {
            var answer = parse("two.pdf", samples.pdf(List.of("First page", "Second page"), ""));

            assertThat(answer.status()).isEqualTo(Status.PARSED);
            assertThat(answer.mimetype()).isEqualTo("application/pdf");
            assertThat(answer.pages()).isEqualTo(2);
            assertThat(answer.truncated()).isFalse();
            assertThat(answer.metadata()).containsEntry("title", "Sample title");
            assertThat(answer.segments())
                    .extracting(Segment::page, Segment::type, Segment::text)
                    .containsExactly(tuple(1, "text", "First page"), tuple(2, "text", "Second page"));
        }

        @Test
        void emptyPageCountsAsAPage() throws IOException {
            var answer = parse("gap.pdf", samples.pdf(List.of("First page", "", "Third page"), ""));

            assertThat(answer.pages()).isEqualTo(3);
            assertThat(answer.segments()).extracting(Segment::page).containsExactly(1, 3);
        }

        @Test
        void docxGivesTextWithoutPagesAndTablesAsRows() throws IOException {
            var answer = parse("table.docx", samples.docx("Before the table.", ROWS, "After the table."));

            assertThat(answer.pages()).isNull();
            assertThat(answer.segments())
                    .extracting(Segment::page, Segment::type, Segment::text)
                    .containsExactly(
                            tuple(null, "text", "Before the table."),
                            tuple(null, "table", "Name\tWeight\nDuck\t1.2"),
                            tuple(null, "text", "After the table."));
        }

        @Test
        void pptxGivesItsTextBySlide() throws IOException {
            var answer = parse("slides.pptx", samples.pptx(List.of("First slide", "Second slide")));

            assertThat(answer.pages()).isEqualTo(2);
            assertThat(answer.segments())
                    .extracting(Segment::page, Segment::text)
                    .containsExactly(tuple(1, "First slide"), tuple(2, "Second slide"));
        }

        @Test
        void xlsxGivesATableForEachSheetWithTheSheetsName() throws IOException {
            var answer = parse("book.xlsx", samples.xlsx(List.of("Birds", "More birds"), ROWS));

            assertThat(answer.pages()).isEqualTo(2);
            assertThat(answer.segments())
                    .extracting(Segment::page, Segment::type, Segment::title, Segment::text)
                    .containsExactly(
                            tuple(1, "table", "Birds", "Name\tWeight\nDuck\t1.2"),
                            tuple(2, "table", "More birds", "Name\tWeight\nDuck\t1.2"));
        }

        @Test
        void csvWithQuotedCommasIsOneTable() throws IOException {
            var answer = parse(samples.text("a.csv", "name,remark\n\"Duck, wild\",\"says \"\"quack\"\"\"\n"));

            assertThat(answer.mimetype()).isEqualTo("text/csv");
            assertThat(answer.segments())
                    .extracting(Segment::type, Segment::text)
                    .containsExactly(tuple("table", "name\tremark\nDuck, wild\tsays \"quack\""));
        }

        @Test
        void csvKeepsEmptyCells() throws IOException {
            var answer = parse(samples.text("a.csv", "a,b,c\n1,,3\n,2,\n"));

            assertThat(answer.segments()).extracting(Segment::text).containsExactly("a\tb\tc\n1\t\t3\n\t2");
        }

        @Test
        void csvMayUseSemicolonsAndEndInAnOpenQuote() throws IOException {
            var answer = parse(samples.text("a.csv", "name;weight\nDuck;1,2\nGoose;\"3,4"));

            assertThat(answer.segments())
                    .extracting(Segment::text)
                    .containsExactly("name\tweight\nDuck\t1,2\nGoose\t3,4");
        }

        @Test
        void htmlKeepsTitleAndTextAroundLayoutTables() throws IOException {
            var html = """
                    <html><head><title>Ducks</title><script>var hidden;</script></head><body><p>Intro</p>
                    <table><tr><td>Menu<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table></td></tr>
                    </table><p>End</p></body></html>
                    """;

            var answer = parse(samples.text("page.html", html));

            assertThat(answer.segments())
                    .extracting(Segment::type, Segment::text)
                    .containsExactly(
                            tuple("text", "Ducks"),
                            tuple("text", "Intro\n\nMenu"),
                            tuple("table", "a\tb\nc\td"),
                            tuple("text", "End"));
        }

        @Test
        void htmlKeepsTheDescriptionsOfItsPictures() throws IOException {
            var answer = parse(samples.text("page.html", "<p>See <img src='a.png' alt='a duck'/> here</p>"));

            assertThat(answer.segments()).extracting(Segment::text).containsExactly("See a duck here");
        }

        @Test
        void mailGivesSubjectBodyAndAttachment() throws IOException {
            var mail = """
                    From: Ada <ada@example.org>
                    To: Bob <bob@example.org>
                    Subject: Lake report
                    MIME-Version: 1.0
                    Content-Type: multipart/mixed; boundary="b"

                    --b
                    Content-Type: text/plain; charset=utf-8

                    See the attachment.
                    --b
                    Content-Type: text/plain; charset=utf-8; name="ducks.txt"
                    Content-Disposition: attachment; filename="ducks.txt"

                    Five ducks.
                    --b--
                    """;

            var answer = parse(samples.text("mail.eml", mail));

            assertThat(answer.metadata())
                    .containsEntry("subject", "Lake report")
                    .containsEntry("from", "Ada <ada@example.org>");
            assertThat(answer.segments())
                    .extracting(Segment::part, Segment::text)
                    .containsExactly(
                            tuple(null, "Subject: Lake report\nFrom: Ada <ada@example.org>\nTo: Bob <bob@example.org>"),
                            tuple(null, "See the attachment."),
                            tuple("ducks.txt", "Five ducks."));
        }

        @Test
        void archiveGivesItsFilesByPathAlsoFromNestedArchives() throws IOException {
            var inner = samples.zip(Map.of("deep.pdf", samples.pdf(List.of("Deep page"), "")));

            var answer = parse(
                    "outer.zip", samples.zip(Map.of("notes/a.txt", "Some notes".getBytes(UTF_8), "inner.zip", inner)));

            assertThat(answer.pages()).isNull();
            assertThat(answer.segments())
                    .extracting(Segment::part, Segment::page, Segment::text)
                    .containsExactlyInAnyOrder(
                            tuple("notes/a.txt", null, "Some notes"), tuple("inner.zip/deep.pdf", 1, "Deep page"));
        }

        @Test
        void utf16IsRecognised() throws IOException {
            var answer = parse("wide.txt", "Größe über alles".getBytes(UTF_16));

            assertThat(answer.segments()).extracting(Segment::text).containsExactly("Größe über alles");
        }

        @Test
        void plainTextKeepsItsIndentation() throws IOException {
            var answer = parse(samples.text("code.txt", "if a:\n    b\n"));

            assertThat(answer.segments()).extracting(Segment::text).containsExactly("if a:\n    b");
        }

        @Test
        void journalArticleIsXmlAndLosesItsTags() throws IOException {
            var answer = parse(samples.text("a.nxml", "<article><title>On ducks</title></article>"));

            assertThat(answer.segments()).extracting(Segment::text).containsExactly("On ducks");
        }

        @Test
        void charactersThatDatabasesRefuseAreReplaced() throws IOException {
            var answer = parse(samples.text("nul.txt", "A text with a \0NUL and a bell\u0007 in it"));

            assertThat(answer.segments())
                    .extracting(Segment::text)
                    .containsExactly("A text with a \ufffdNUL and a bell\ufffd in it");
        }
    }

    @Nested
    class Failures {
        @Test
        void fileWithoutBytesIsEmpty() throws IOException {
            assertThat(parse("nothing.pdf", new byte[0]).status()).isEqualTo(Status.EMPTY);
        }

        @Test
        void documentWithoutTextIsEmpty() throws IOException {
            assertThat(parse(samples.text("blank.txt", " \n ")).status()).isEqualTo(Status.EMPTY);
        }

        @Test
        void pdfWithPasswordIsEncrypted() throws IOException {
            var answer = parse("secret.pdf", samples.pdf(List.of("Secret"), "swan"));

            assertThat(answer.status()).isEqualTo(Status.ENCRYPTED);
            assertThat(answer.message())
                    .isEqualTo("The file is protected by a password. Remove the protection and send it again.");
        }

        @Test
        void officeFileWithPasswordIsEncrypted() throws Exception {
            var office = samples.withPassword(samples.xlsx(List.of("Secret"), ROWS), "swan");

            assertThat(parse("secret.xlsx", office).status()).isEqualTo(Status.ENCRYPTED);
        }

        @Test
        void pdfOfPicturesIsUnsupported() throws IOException {
            var answer = parse("scan.pdf", samples.pdf(List.of(""), ""));

            assertThat(answer.status()).isEqualTo(Status.UNSUPPORTED);
            assertThat(answer.message()).contains("OCR");
        }

        @Test
        void bytesWithoutAnyTypeAreUnsupported() throws IOException {
            var bytes = new byte[4_000];
            new Random(7).nextBytes(bytes);

            assertThat(parse("random.bin", bytes).status()).isEqualTo(Status.UNSUPPORTED);
        }

        @Test
        void bytesThatAreNotWhatTheNameSaysAreCorrupt() throws IOException {
            var bytes = new byte[4_000];
            new Random(7).nextBytes(bytes);

            assertThat(parse("random.docx", bytes).status()).isEqualTo(Status.CORRUPT);
        }

        @Test
        void truncatedOfficeFileIsCorrupt() throws IOException {
            var whole = samples.docx("Before", ROWS, "After");

            assertThat(parse("cut.docx", Arrays.copyOf(whole, whole.length / 2)).status())
                    .isEqualTo(Status.CORRUPT);
        }

        @Test
        void truncatedPdfEndsInAStatus() throws IOException {
            var whole = samples.pdf(List.of("First page", "Second page"), "");

            assertThat(parse("cut.pdf", Arrays.copyOf(whole, whole.length / 3)).status())
                    .isIn(Status.CORRUPT, Status.PARSED, Status.UNSUPPORTED);
        }

        @Test
        void fileThatIsGoneIsUnreadable() {
            assertThat(parse(directory.resolve("gone.txt")).status()).isEqualTo(Status.UNREADABLE);
        }
    }

    @Nested
    class Bounds {
        @Test
        void textBeyondTheLimitIsLeftOutAndSaid() throws IOException {
            var answer = parse(samples.text("long.txt", "word ".repeat(1_000)), new Limits(100, 10, 10, 1_000_000));

            assertThat(answer.status()).isEqualTo(Status.PARSED);
            assertThat(answer.truncated()).isTrue();
            assertThat(answer.message()).contains("left out");
            assertThat(answer.segments())
                    .singleElement()
                    .satisfies(segment -> assertThat(segment.text()).hasSizeBetween(50, 100));
        }

        @Test
        void archiveOfOrdinaryTextBeyondTheLimitKeepsItsStart() throws IOException {
            var text = new Random(7)
                    .ints(100_000, 'a', 'z')
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
            var zip = samples.zip(Map.of("long.txt", text.toString().getBytes(UTF_8)));

            var answer = parse(samples.file("long.zip", zip), new Limits(50_000, 10, 10, 1_000_000));

            assertThat(answer.status()).isEqualTo(Status.PARSED);
            assertThat(answer.truncated()).isTrue();
        }

        @Test
        void limitHoldsOverAllFilesOfAnArchive() throws IOException {
            var text = "duck ".repeat(100).getBytes(UTF_8);
            var zip = samples.zip(Map.of("a.txt", text, "b.txt", text, "c.txt", text));

            var answer = parse(samples.file("all.zip", zip), new Limits(600, 10, 10, 1_000_000));

            assertThat(answer.truncated()).isTrue();
            assertThat(answer.segments().stream()
                            .mapToInt(s -> s.text().length())
                            .sum())
                    .isLessThanOrEqualTo(600);
        }

        @Test
        void archiveWithTooManyFilesKeepsTheFirst() throws IOException {
            var zip = samples.zip(Map.of("a.txt", "A".getBytes(UTF_8), "b.txt", "B".getBytes(UTF_8)));

            var answer = parse(samples.file("many.zip", zip), new Limits(100, 1, 10, 1_000_000));

            assertThat(answer.truncated()).isTrue();
            assertThat(answer.segments()).hasSize(1);
        }

        @Test
        void archiveThatIsNestedTooDeeplyReachesTheLimit() throws IOException {
            var content = "bottom".getBytes(UTF_8);
            for (var depth = 0; depth < 12; depth++) {
                content = samples.zip(Map.of("level-" + depth + ".zip", content));
            }

            assertThat(parse("deep.zip", content).status()).isEqualTo(Status.LIMIT);
        }

        @Test
        void emptyCellsCountAsText() throws IOException {
            var answer =
                    parse(samples.text("cells.csv", "a,b\n" + ",".repeat(10_000)), new Limits(100, 1, 1, 1_000_000));

            assertThat(answer.truncated()).isTrue();
        }

        @Test
        void endlessNameOfAFileInsideIsNotKept() throws IOException {
            var zip = samples.zip(Map.of("long".repeat(10_000) + ".txt", "Ducks swim.".getBytes(UTF_8)));

            assertThat(parse("names.zip", zip).segments())
                    .extracting(Segment::part, Segment::text)
                    .containsExactly(tuple("embedded-1", "Ducks swim."));
        }

        @Test
        void damagedFileInsideIsSaidAndTheOthersAreKept() throws IOException {
            var broken = Arrays.copyOf(samples.docx("Before", ROWS, "After"), 700);
            var zip = samples.zip(Map.of("broken.docx", broken, "good.txt", "Good text".getBytes(UTF_8)));

            var answer = parse("mixed.zip", zip);

            assertThat(answer.truncated()).isTrue();
            assertThat(answer.message()).contains("damaged");
            assertThat(answer.segments()).extracting(Segment::text).containsExactly("Good text");
        }

        @Test
        void archiveOfEncryptedFilesOnlyIsEncrypted() throws Exception {
            var zip = samples.zip(Map.of("a.pdf", samples.pdf(List.of("Secret"), "swan")));

            assertThat(parse("secrets.zip", zip).status()).isEqualTo(Status.ENCRYPTED);
        }

        @Test
        void deeplyNestedElementsReachTheLimit() throws IOException {
            var list = "<text:list><text:list-item>".repeat(3_000) + "<text:p>duck</text:p>";
            var content = "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\""
                    + " xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:text>"
                    + list + "</text:list-item></text:list>".repeat(3_000)
                    + "</office:text></office:body></office:document-content>";
            var entries = new LinkedHashMap<String, byte[]>();
            entries.put("mimetype", "application/vnd.oasis.opendocument.text".getBytes(UTF_8));
            entries.put("content.xml", content.getBytes(UTF_8));

            var answer = parse("deep.odt", samples.zip(entries));
            assertThat(answer.status()).isEqualTo(Status.LIMIT);
        }

        @Test
        void deeplyNestedElementsWithoutTextAreEmpty() throws IOException {
            var xml = "<a>".repeat(50_000) + "</a>".repeat(50_000);

            assertThat(parse(samples.text("deep.xml", xml)).status()).isEqualTo(Status.EMPTY);
        }

        @Test
        void archiveThatUnpacksToEndlessRepetitionReachesTheLimit() throws IOException {
            var small = new Limits(400_000, 10, 10, 1L << 31);
            var zip = samples.zip(Map.of("bomb.txt", "duck ".repeat(100_000).getBytes(UTF_8)));

            assertThat(parse(samples.file("bomb.zip", zip), small).status()).isEqualTo(Status.LIMIT);
        }

        @Test
        void officeFileThatUnpacksToEndlessRepetitionReachesTheLimit() throws IOException {
            var small = new Limits(3_000_000, 10, 10, 1L << 31);
            var paragraphs = "<w:p><w:r><w:t>" + "duck ".repeat(1_000_000) + "</w:t></w:r></w:p>";
            var docx = samples.docxWithBody(paragraphs);

            assertThat(parse(samples.file("bomb.docx", docx), small).status()).isEqualTo(Status.LIMIT);
        }

        @Test
        void unpackedBytesHoldOverAllFilesInside() throws IOException {
            var text = "duck ".repeat(100).getBytes(UTF_8);
            var zip = samples.zip(Map.of("a.txt", text, "b.txt", text, "c.txt", text));

            var answer = parse(samples.file("all.zip", zip), new Limits(1_000_000, 10, 10, 700));

            assertThat(answer.truncated()).isTrue();
            assertThat(answer.segments()).hasSize(1);
        }

        @Test
        void entitiesThatMultiplyReachTheLimit() throws IOException {
            var entities = new StringBuilder("<!ENTITY e0 \"duck\">");
            for (var i = 1; i < 12; i++) {
                entities.append("<!ENTITY e%d \"%s\">"
                        .formatted(i, "&e%d;".formatted(i - 1).repeat(10)));
            }
            var bomb = "<?xml version=\"1.0\"?><!DOCTYPE a [" + entities + "]><a>&e11;</a>";

            assertThat(parse(samples.text("bomb.xml", bomb)).status()).isEqualTo(Status.LIMIT);
        }
    }
}
