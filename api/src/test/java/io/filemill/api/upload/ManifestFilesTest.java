package io.filemill.api.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import io.filemill.db.storage.FileStore;
import io.filemill.db.task.NewFileTask;
import io.filemill.db.task.UploadedFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestFilesTest {
    private static final UUID NEW_TASK = UUID.fromString("5f0c0000-0000-4000-8000-000000000000");

    private Path folder;
    private Path root;
    private Path store;

    @BeforeEach
    void createRoot(@TempDir Path temporary) throws IOException {
        folder = temporary.toRealPath();
        root = Files.createDirectory(folder.resolve("root"));
        store = Files.createDirectory(folder.resolve("store"));
        Files.writeString(store.resolve("old"), "old");
    }

    private List<NewFileTask> files(ManifestFormat format, InputStream in, boolean itemsArePaths, int maxFiles) {
        try {
            var folders = new RealFolders(new IngestRoots(root.toString()));
            List<NewFileTask> files = new ArrayList<>();
            new ManifestFiles(format.read(in), folders, earlier(), itemsArePaths, maxFiles)
                    .forEachRemaining(files::add);
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file 17 was uploaded, and the bytes of 18 are gone. */
    private EarlierUploads earlier() {
        List<UploadedFile> uploads = List.of(
                new UploadedFile(17, "old", 3, "ab".repeat(32)), new UploadedFile(18, "gone", 3, "cd".repeat(32)));
        return new EarlierUploads(
                (user, first, last) -> uploads.stream()
                        .filter(file -> file.id() >= first && file.id() <= last)
                        .toList(),
                new FileStore(store, Clock.systemUTC()),
                "user",
                NEW_TASK);
    }

    private List<NewFileTask> files(ManifestFormat format, byte[] manifest) {
        return files(format, new ByteArrayInputStream(manifest), false, ManifestFiles.MAX_FILES);
    }

    private List<NewFileTask> ndjson(String... lines) {
        return files(ManifestFormat.NDJSON, String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    private List<NewFileTask> csv(String... lines) {
        return files(ManifestFormat.CSV, String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    private static NewFileTask file(String item, String filename) {
        return NewFileTask.notStored(item, filename);
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable reading, String... text) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(reading)
                .satisfies(e -> assertThat(e.detail()).contains(text))
                .satisfies(e -> assertThat(e.type()).isEqualTo(ProblemType.INVALID_REQUEST));
    }

    @Nested
    class OfJsonLines {
        @Test
        void areObjectsAndStrings() {
            assertThat(ndjson(
                            "{\"path\": \"" + root + "/a.pdf\"}",
                            "{\"item\": \"s3://bucket/b.pdf\", \"filename\": \"Bee\", \"size\": {\"of\": [1, 2]}}",
                            "\"c\"",
                            "{\"path\": null, \"item\": \"d\", \"filename\": null}"))
                    .containsExactly(
                            file(root + "/a.pdf", "a.pdf"),
                            file("s3://bucket/b.pdf", "Bee"),
                            file("c", "c"),
                            file("d", "d"));
        }

        @Test
        void mayHaveAByteOrderMarkEmptyLinesAndAnyLineEnd() {
            assertThat(ndjson("\uFEFF\"a\"\r", "", "  \r", "\"b\"", "", "\"c\""))
                    .extracting(NewFileTask::item)
                    .containsExactly("a", "b", "c");
            assertThat(ndjson("\"a\"", "")).hasSize(1);
            assertThat(ndjson("")).isEmpty();
            assertThat(ndjson("\uFEFF")).isEmpty();
        }

        @Test
        void mayHaveAnyCharacterThatCanBeStored() {
            assertThat(ndjson("{\"item\": \"line 1\\nline 2\\t\\\"é\\\" \\ud83d\\ude00\", \"filename\": \"名前\"}"))
                    .containsExactly(file("line 1\nline 2\t\"é\" 😀", "名前"));
            assertRefused(() -> ndjson("\"a\"", "\"b\\u0000\""), "Line 2 of the manifest", "U+0000");
            assertRefused(() -> ndjson("\"\\ud800\""), "Line 1 of", "surrogate");
            assertRefused(() -> ndjson("{\"item\": \"a\", \"filename\": \"\\udc00x\"}"), "Its filename", "surrogate");
            assertRefused(
                    () -> files(ManifestFormat.NDJSON, new byte[] {'"', 'a', '"', '\n', '"', (byte) 0xe9, '"'}),
                    "Line 2 of",
                    "UTF-8");
        }

        @Test
        void haveALimitedLength() {
            String longest = "é".repeat(1024);
            assertThat(ndjson("{\"item\": \"" + "\\u00e9".repeat(1024) + "\", \"filename\": \"" + longest + "\"}"))
                    .containsExactly(file(longest, longest));
            assertRefused(() -> ndjson("\"" + longest + "x\""), "Line 1 of", "1 to 2048 bytes");
            assertRefused(
                    () -> ndjson("\"a\"", "{\"item\": \"a\", \"filename\": \"" + "x".repeat(4096) + "\"}"), "Line 2");
            assertRefused(() -> ndjson("\"a\"", "\"" + "x".repeat(200_000)), "Line 2 of", "longer than 65536 bytes");
        }

        @Test
        void areReadAcrossTheEndsOfBuffers() {
            String[] lines = new String[20_000];
            for (int i = 0; i < lines.length; i++) {
                lines[i] = "\"" + i + "x".repeat(i % 97) + "\"" + (i % 3 == 0 ? "\r" : "");
            }

            List<NewFileTask> files = ndjson(lines);

            assertThat(files).hasSize(lines.length);
            for (int i = 0; i < lines.length; i++) {
                assertThat(files.get(i).item()).isEqualTo(i + "x".repeat(i % 97));
            }
        }

        @Test
        void areRefusedWithTheirNumberIfTheyAreBad() {
            assertRefused(() -> ndjson("\"a\"", "", "{\"item\": \"b\""), "Line 3 of", "not valid JSON");
            assertRefused(() -> ndjson("nonsense"), "Line 1 of", "not valid JSON");
            assertRefused(() -> ndjson("\"a\" \"b\""), "Line 1 of", "more follows");
            assertRefused(() -> ndjson("[\"a\"]"), "Line 1 of", "must be a JSON object");
            assertRefused(() -> ndjson("null"), "must be a JSON object");
            assertRefused(() -> ndjson("7"), "must be a JSON object");
            assertRefused(() -> ndjson("{}"), "either a path or an item");
            assertRefused(() -> ndjson("{\"path\": \"/a\", \"item\": \"b\"}"), "either a path or an item");
            assertRefused(() -> ndjson("{\"item\": 5}"), "Its item must be a string");
            assertRefused(() -> ndjson("{\"item\": \"a\", \"item\": \"b\"}"), "not valid JSON", "Duplicate");
            assertRefused(() -> ndjson("\"\""), "1 to 2048 bytes");
            assertRefused(() -> ndjson("{\"a\": " + "[".repeat(2000)), "not valid JSON");
        }
    }

    @Nested
    class OfCsv {
        @Test
        void areInTheColumnsThatTheFirstLineNames() {
            assertThat(csv("size, Item ,filename", "1,s3://a/b,Bee", "2,c,"))
                    .containsExactly(file("s3://a/b", "Bee"), file("c", "c"));
            assertThat(csv("path,item", root + "/a,", ",b")).containsExactly(file(root + "/a", "a"), file("b", "b"));
            assertThat(csv("item")).isEmpty();
            assertThat(csv("")).isEmpty();
        }

        @Test
        void mayBeQuotedAndHaveAByteOrderMarkEmptyLinesAndAnyLineEnd() {
            assertThat(csv("\uFEFFitem,filename\r", "\"a, \"\"b\"\"\nc\",\"x\"\r", "\r", "", "d,é"))
                    .containsExactly(file("a, \"b\"\nc", "x"), file("d", "é"));
        }

        @Test
        void areRefusedWithTheirNumberIfTheyAreBad() {
            assertRefused(() -> csv("a.pdf", "b.pdf"), "Line 1 of", "one of them path or item");
            assertRefused(() -> csv("item,ITEM", "a,b"), "Line 1 of", "twice");
            assertRefused(() -> csv("item", "a", "b,c"), "Line 3 of", "2 values", "1 columns");
            assertRefused(() -> csv("item,filename", "a,b", "c"), "Line 3 of", "1 values");
            assertRefused(() -> csv("path,item", "a,b"), "Line 2 of", "either a path or an item");
            assertRefused(() -> csv("item,filename", ",b"), "Line 2 of", "either a path or an item");
            assertRefused(() -> csv("item", "a", "\"b\"c"), "Line 3 of", "not valid CSV");
            assertRefused(() -> csv("item", "a", "\"b", "c"), "not valid CSV");
            assertRefused(() -> csv("item", "a\u0000"), "Line 2 of", "U+0000");
            assertRefused(() -> csv("item", "x".repeat(2049)), "Line 2 of", "1 to 2048 bytes");
            assertRefused(
                    () -> files(ManifestFormat.CSV, new byte[] {'i', 't', 'e', 'm', '\n', (byte) 0xe9, '\n'}),
                    "not UTF-8");
        }

        @Test
        void areReadAsReportsGuardThem() {
            assertThat(csv("item,filename,guarded", "'=1,'-a,item", "'=1x,'-a,item filename", "'=2,b,", "=3,c,item"))
                    .containsExactly(file("=1", "'-a"), file("=1x", "-a"), file("'=2", "b"), file("=3", "c"));
        }

        @Test
        void thatNeverEndAreGivenUp() {
            InputStream endless = new InputStream() {
                private int bytes;

                @Override
                public int read() {
                    assertThat(bytes++).isLessThan(1 << 20);
                    return bytes <= 6 ? "item\n\"".charAt(bytes - 1) : 'x';
                }

                @Override
                public int read(byte[] buffer, int offset, int length) {
                    buffer[offset] = (byte) read();
                    return 1;
                }
            };

            assertRefused(() -> files(ManifestFormat.CSV, endless, false, 10), "longer than 65536 bytes");
        }
    }

    @Nested
    class OfEarlierUploads {
        @Test
        void areFilesWithTheSameBytes() {
            NewFileTask file =
                    ndjson("{\"item\": \"/a.txt\", \"uploaded_file_id\": 17}").get(0);

            assertThat(file.item()).isEqualTo("/a.txt");
            assertThat(file.filename()).isEqualTo("a.txt");
            assertThat(file.sizeBytes()).isEqualTo(3);
            assertThat(file.sha256()).isEqualTo("ab".repeat(32));
            assertThat(file.storedAs()).contains(NEW_TASK.toString());
            assertThat(store.resolve(String.valueOf(file.storedAs()))).hasContent("old");
        }

        @Test
        void areRefusedIfTheirBytesAreGoneOrTheIdIsNone() {
            assertRefused(() -> csv("item,uploaded_file_id", "a,18"), "Line 2 of", "18 are not kept any more");
            assertRefused(() -> csv("item,uploaded_file_id", "a,19"), "Line 2 of", "19 are not kept any more");
            assertRefused(() -> csv("item,uploaded_file_id", "a,-1"), "Line 2 of", "-1 are not kept any more");
            assertRefused(() -> csv("item,uploaded_file_id", "a,x"), "Line 2 of", "must be the file_id");
            assertRefused(() -> ndjson("{\"item\": \"a\", \"uploaded_file_id\": \"17\"}"), "must be the file_id");
            assertRefused(
                    () -> ndjson("{\"path\": \"" + root + "/a\", \"uploaded_file_id\": 17}"), "an item, not a path");
        }
    }

    @Nested
    class OfPaths {
        private NewFileTask only(String named) {
            return ndjson("{\"path\": \"" + named + "\"}").get(0);
        }

        @Test
        void areTakenUnderTheRealPathOfTheirFolder() throws IOException {
            Files.createDirectory(root.resolve("real"));
            Files.createSymbolicLink(root.resolve("link"), root.resolve("real"));
            Files.createSymbolicLink(folder.resolve("entrance"), root);

            assertThat(only(root + "/link/a.txt").item()).isEqualTo(root + "/real/a.txt");
            assertThat(only(root + "/real/../link//b.txt").item()).isEqualTo(root + "/real/b.txt");
            assertThat(only(folder + "/entrance/new/c.txt").item()).isEqualTo(root + "/new/c.txt");
        }

        @Test
        void outsideOfTheRootsAreRefused() throws IOException {
            Files.createDirectory(folder.resolve("outside"));
            Files.createSymbolicLink(root.resolve("way-out"), folder.resolve("outside"));

            for (String named : List.of(
                    "/etc/passwd",
                    folder + "/outside/a",
                    folder + "/missing/a",
                    root + "/way-out/a",
                    root + "/missing/../../outside/a",
                    root + "/../outside/a")) {
                assertThatThrownBy(() -> only(named))
                        .as(named)
                        .isInstanceOfSatisfying(
                                ProblemException.class,
                                e -> assertThat(e.type()).isEqualTo(ProblemType.PATH_NOT_ALLOWED))
                        .hasMessageContaining("Line 1 of");
            }
        }

        @Test
        void thatNameNoFileAreRefused() {
            assertRefused(() -> only("a.txt"), "not absolute");
            assertRefused(() -> only("/"), "does not name a file");
            assertRefused(() -> only(root + "/.."), "does not name a file");
            assertRefused(() -> only("/" + "x".repeat(3000)), "1 to 2048 bytes");
        }

        @Test
        void areAlsoTheItemsOfAProcessorThatReadsFiles() {
            var in = new ByteArrayInputStream(("\"" + root + "/a\"").getBytes(StandardCharsets.UTF_8));
            assertThat(files(ManifestFormat.NDJSON, in, true, 10)).containsExactly(file(root + "/a", "a"));

            var relative = new ByteArrayInputStream("\"a\"".getBytes(StandardCharsets.UTF_8));
            assertRefused(() -> files(ManifestFormat.NDJSON, relative, true, 10), "not absolute");
        }

        @Test
        void areItemsThatAWorkerWouldOpen() throws IOException {
            Files.createDirectory(root.resolve("real"));
            Files.createSymbolicLink(root.resolve("link"), root.resolve("real"));

            assertThat(ndjson("\"" + root + "/real/a\"")).hasSize(1);
            assertRefused(() -> ndjson("\"" + root + "/link/a\""), "another name of");
        }
    }

    @Test
    void aManifestHasALimitedNumberOfLines() {
        byte[] lines = "\"a\"\n\"b\"\n\"c\"\n".getBytes(StandardCharsets.UTF_8);

        assertThat(files(ManifestFormat.NDJSON, new ByteArrayInputStream(lines), false, 3))
                .hasSize(3);
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> files(ManifestFormat.NDJSON, new ByteArrayInputStream(lines), false, 2))
                .satisfies(e -> assertThat(e.type()).isEqualTo(ProblemType.TOO_LARGE))
                .withMessageContaining("Line 3 of");
    }
}
