package io.filemill.db.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The bytes of uploaded files, in one folder for each upload task. Names on disk never come from a client. Every node must see the same
 * folder, for example on a shared volume.
 */
public final class FileStore {
    private final Path root;
    private final Clock clock;

    /**
     * @param root is created when the first file is stored
     * @param clock the one that the file system's times follow
     */
    public FileStore(Path root, Clock clock) {
        this.root = root;
        this.clock = clock;
    }

    /**
     * What was stored.
     *
     * @param storedAs what {@link #path} asks for
     * @param sha256 lower-case hexadecimal
     */
    public record StoredFile(String storedAs, long sizeBytes, String sha256) {}

    /**
     * Copies a stream to disk while it is hashed, with a small buffer. The bytes are on disk, not only in the cache, when this returns. A
     * copy that fails leaves nothing.
     *
     * @param number tells the files of one upload task apart
     */
    public StoredFile store(UUID uploadTaskId, int number, InputStream bytes) throws IOException {
        Path folder = folder(uploadTaskId);
        Files.createDirectories(folder);
        Path file = folder.resolve(Integer.toString(number));
        MessageDigest digest = sha256();
        try (var hashed = new DigestInputStream(bytes, digest);
                var channel = java.nio.channels.FileChannel.open(
                        file, java.nio.file.StandardOpenOption.CREATE_NEW, java.nio.file.StandardOpenOption.WRITE);
                OutputStream out = java.nio.channels.Channels.newOutputStream(channel)) {
            long size = hashed.transferTo(out);
            channel.force(true);
            return new StoredFile(
                    root.relativize(file).toString(), size, HexFormat.of().formatHex(digest.digest()));
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /**
     * Gives a stored file to another upload task too, without copying it where the disk can do that. Each task deletes its own.
     *
     * @param number tells the files of one upload task apart
     * @return what {@link #path} asks for
     * @throws NoSuchFileException if the file is not there any more
     */
    public String share(String storedAs, UUID uploadTaskId, int number) throws IOException {
        Path folder = folder(uploadTaskId);
        Files.createDirectories(folder);
        Path file = folder.resolve(Integer.toString(number));
        try {
            Files.createLink(file, path(storedAs));
        } catch (UnsupportedOperationException e) {
            Files.copy(path(storedAs), file);
        }
        return root.relativize(file).toString();
    }

    /** Where a stored file lies. */
    public Path path(String storedAs) {
        return root.resolve(storedAs);
    }

    /** Deletes all files of an upload task. May be called again. */
    public void delete(UUID uploadTaskId) throws IOException {
        Path folder = folder(uploadTaskId);
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    /** Upload tasks that have files here and were last written to longer ago than the given time. */
    public List<UUID> olderThan(Duration age) throws IOException {
        if (!Files.exists(root)) {
            return List.of();
        }
        FileTime before = FileTime.from(clock.instant().minus(age));
        try (Stream<Path> folders = Files.walk(root, 2)) {
            return folders.filter(folder -> folder.getNameCount() == root.getNameCount() + 2)
                    .filter(folder -> lastModified(folder).compareTo(before) < 0)
                    .map(folder -> uuid(folder.getFileName().toString()))
                    .flatMap(Optional::stream)
                    .toList();
        }
    }

    private Path folder(UUID uploadTaskId) {
        String name = uploadTaskId.toString();
        return root.resolve(name.substring(0, 2)).resolve(name);
    }

    private static FileTime lastModified(Path folder) {
        try {
            return Files.getLastModifiedTime(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<UUID> uuid(String name) {
        try {
            return Optional.of(UUID.fromString(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
