package io.filemill.db.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest {
    private final UUID task = UUID.randomUUID();

    @TempDir
    Path root;

    private FileStore store() {
        return new FileStore(root, Clock.systemUTC());
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void hashesWhileItStores() throws IOException {
        FileStore.StoredFile stored = store().store(task, 1, bytes("abc"));

        assertThat(stored.sha256()).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(stored.sizeBytes()).isEqualTo(3);
        assertThat(store().path(stored.storedAs())).hasContent("abc");
    }

    @Test
    void leavesNothingOfACopyThatFails() {
        InputStream broken = new FilterInputStream(bytes("abc")) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int read = super.read(buffer, offset, length);
                if (read < 0) {
                    throw new IOException("connection reset");
                }
                return read;
            }
        };

        assertThatThrownBy(() -> store().store(task, 1, broken)).hasMessage("connection reset");

        assertThat(root).isDirectoryNotContaining("regex:.*/1");
    }

    @Test
    void deletesAllFilesOfATask() throws IOException {
        store().store(task, 1, bytes("a"));
        FileStore.StoredFile other = store().store(UUID.randomUUID(), 1, bytes("b"));

        store().delete(task);
        store().delete(task);

        assertThat(store().path(other.storedAs())).exists();
        try (var files = Files.walk(root)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(1);
        }
    }

    @Test
    void findsWhatWasStoredLongAgo() throws IOException {
        store().store(task, 1, bytes("a"));
        var tomorrow = new FileStore(
                root, Clock.fixed(Clock.systemUTC().instant().plus(Duration.ofHours(25)), ZoneOffset.UTC));

        assertThat(store().olderThan(Duration.ofHours(24))).isEmpty();
        assertThat(tomorrow.olderThan(Duration.ofHours(24))).containsExactly(task);
    }
}
